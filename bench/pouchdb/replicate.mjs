// Replicates documents, one a line in a file, from one PouchDB to another, both on disk; prints seconds as JSON.
import { readFileSync } from 'node:fs'
import PouchDB from 'pouchdb-core'
import leveldb from 'pouchdb-adapter-leveldb'
import replication from 'pouchdb-replication'

PouchDB.plugin(leveldb).plugin(replication)
const [documents, folder] = process.argv.slice(2)
const source = new PouchDB(`${folder}/source`, { adapter: 'leveldb' })
const target = new PouchDB(`${folder}/target`, { adapter: 'leveldb' })
const all = readFileSync(documents, 'utf8').trim().split('\n').map(line => JSON.parse(line))
for (let at = 0; at < all.length; at += 1000) await source.bulkDocs(all.slice(at, at + 1000))
const began = process.hrtime.bigint()
const done = await PouchDB.replicate(source, target, { batch_size: 1000 })
const seconds = Number(process.hrtime.bigint() - began) / 1e9
const { doc_count: held } = await target.info()
console.log(JSON.stringify({ seconds, written: done.docs_written, held }))
