// Proves a delivery or a part of a bundle without any code of the exchange: written from protocol.md alone.
//
//   node verify.mjs --keys HELLO.json FILE...     the answer of a node's hello, or a list of such answers
//   node verify.mjs --key BASE64 FILE...          a public key of 32 bytes, of whichever node
//   --segment                                     the files are segments, which have no last line
//
// One line a batch and a verdict; exit code 0 when everything is proven, 1 when something is not, 2 when it cannot
// be tried. A file packed with zstd is unpacked where this Node.js can (22.15 and later); else unpack it: zstd -d FILE

import { createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import zlib from 'node:zlib'

const ORDER = ['core', 'area', 'measurements', 'place', 'remarks', 'people']
const PATHS = Object.fromEntries(ORDER.map((group, index) => [group, index.toString(2).padStart(3, '0')]))
const LIMIT = { line: 512 * 1024, entries: 1000 }
const ZEROES = '0'.repeat(64)

class Lie extends Error {}
const claim = (holds, why) => { if (!holds) throw new Lie(why) }
const sha = (...parts) => createHash('sha256').update(Buffer.concat(parts.map(p => Buffer.isBuffer(p) ? p : Buffer.from(p)))).digest()
const isWhole = (number, least = 1) => Number.isSafeInteger(number) && number >= least

function bytes(text, length, what) {
  const raw = Buffer.from(String(text), 'base64')
  claim(typeof text === 'string' && raw.toString('base64') === text && raw.length === length, `${what} is not ${length} bytes in base64`)
  return raw
}

function isSigned(key, signature, context, text) {
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key])
  const raw = bytes(signature, 64, 'a signature')
  return verify(null, Buffer.from(`${context}\n${text}`), createPublicKey({ key: der, format: 'der', type: 'spki' }), raw)
}

// -- keys: who may sign what ------------------------------------------------------------------------------

// Of a node, the keys from the oldest to the newest; each but the first with the statement that names it.
function keysOf(hello) {
  const chain = (hello.keys ?? []).map(link => {
    const said = JSON.parse(link.statement)
    const [before, after] = [bytes(link.before, 32, 'a key'), bytes(said.key, 32, 'a key')]
    const [byOld, byNew] = link.signatures
    claim(isSigned(before, byOld, 'band-exchange key v1', link.statement), `the key before ${said.fingerprint} has not named it`)
    claim(isSigned(after, byNew, 'band-exchange key v1', link.statement), `the key ${said.fingerprint} has not signed its statement`)
    claim(sha(before).toString('hex') === said.previous && said.node === hello.node, `the statement about ${said.fingerprint} is of another`)
    return { before, after, said }
  })
  const newest = { key: bytes(hello.key, 32, 'a key'), said: null }
  const found = chain.length ? [{ key: chain[0].before, said: null }, ...chain.map(link => ({ key: link.after, said: link.said }))] : [newest]
  claim(found.at(-1).key.equals(newest.key), `the statements do not lead to the key of ${hello.node}`)
  return found.map(one => ({ ...one, node: hello.node, fingerprint: sha(one.key).toString('hex') }))
}

function keyFor(keys, header) {
  const node = header.log.slice(0, header.log.lastIndexOf('.')), last = header.first + header.count - 1
  const mine = keys.filter(one => one.node === node || one.node === '')
  const place = mine.findIndex(one => one.fingerprint === header.key)
  claim(place >= 0, `no key of ${node} that is known here`)
  const { key, said } = mine[place]
  claim(said?.log !== header.log || header.first >= said.first, 'its key did not hold yet at this number')
  for (const { said: later } of mine.slice(place + 1)) {
    const end = later?.log === header.log ? later.first - 1 : later?.ends[header.log]
    claim(end === undefined || end === null || last <= end, 'its key no longer held at this number')
  }
  return key
}

// -- one batch --------------------------------------------------------------------------------------------

function leafOf(line) {
  const { keys, groups, withheld = {} } = line
  for (const path of Object.keys(keys)) {
    claim(/^[01]{0,3}$/.test(path), 'a key stands at a path that is none')
    claim(!Object.keys(withheld).some(group => PATHS[group]?.startsWith(path)), 'a key opens a withheld group')
    claim(!Object.keys(keys).some(other => other !== path && path.startsWith(other)), 'one key stands above another')
  }
  const named = [...Object.keys(groups), ...Object.keys(withheld)]
  claim(named.every(group => group in PATHS) && new Set(named).size === named.length, 'a group has no place or stands twice')
  const commitments = ORDER.filter(group => named.includes(group)).map(group => {
    if (group in withheld) return bytes(withheld[group], 32, 'a commitment')
    const above = Object.keys(keys).find(path => PATHS[group].startsWith(path))
    claim(above !== undefined, `the salt of ${group} is missing`)
    let salt = bytes(keys[above], 16, 'a key')
    for (const bit of PATHS[group].slice(above.length)) salt = sha([3], salt, bit).subarray(0, 16)
    return sha([2], salt, groups[group])
  })
  return sha([0], sha(line.head), ...commitments)
}

// The root over what is shown and what stands in for the rest; counts from 0.
function rootOf(nodes, count) {
  let level = 0
  for (let width = count; ; width = Math.ceil(width / 2), level += 1) {
    if (width === 1) return nodes.get(`${level} 0`)
    for (let index = 0; index < width; index += 2) {
      const above = `${level + 1} ${index / 2}`, left = nodes.get(`${level} ${index}`), right = nodes.get(`${level} ${index + 1}`)
      if (!left || nodes.has(above)) continue
      if (index === width - 1) nodes.set(above, left)
      else if (right) nodes.set(above, sha([1], left, right))
    }
  }
}

function proveBatch(line, next, keys) {
  const header = JSON.parse(line.batch), nodes = new Map(), found = { shown: 0, closed: 0, withheld: 0 }
  claim(header.protocol === 1 && isWhole(header.first) && isWhole(header.count) && header.count <= LIMIT.entries, 'its header cannot be read')
  const { first, count } = header
  for (let number = first; number < first + count;) {
    const one = next()
    claim(one && one.n === number, `the number ${number} was expected and ${one?.n} came`)
    if ('closed' in one) {
      const level = Math.log2(one.span)
      claim(Number.isInteger(level) && (number - first) % one.span === 0 && one.span < 2 * count, `no node of the tree covers ${one.span} from ${number} on`)
      nodes.set(`${level} ${(number - first) / one.span}`, bytes(one.closed, 32, 'a closed node'))
      const covered = Math.min(one.span, first + count - number)
      found.closed += covered
      number += covered
    } else {
      nodes.set(`0 ${number - first}`, leafOf(one))
      found.shown += 1
      found.withheld += Object.keys(one.withheld ?? {}).length
      number += 1
    }
  }
  claim(isSigned(keyFor(keys, header), line.signature, 'band-exchange batch v1', line.batch), 'its signature does not hold')
  claim(rootOf(nodes, count)?.toString('hex') === header.root, 'what came does not make its root')
  return { header, found, hash: sha(line.batch).toString('hex') }
}

// Each header names the one before it in its log; a number has one header only.
function proveChain(logs, { header, hash }, needs) {
  const { log, first, count, previous } = header
  const batches = logs.get(log) ?? logs.set(log, []).get(log), last = first + count - 1
  const again = batches.find(one => one.first <= last && first <= one.last)
  claim(!again || again.hash === hash, `the log says two things at ${first}`)
  claim(first > 1 || previous === ZEROES, 'the first header names one before it')
  const before = batches.find(one => one.last === first - 1), behind = batches.find(one => one.first === last + 1)
  claim(!before || before.hash === previous, 'its header names another one before it')
  claim(!behind || behind.previous === hash, 'the header behind it names another one')
  claim(first === 1 || before || again || !needs || first - 1 <= (needs[log] ?? 0), `what is before ${first} is missing, and the label does not say so`)
  if (!again) batches.push({ first, last, hash, previous })
}

// -- one file ---------------------------------------------------------------------------------------------

function proveLabel(line, raw, keys) {
  const label = JSON.parse(line.bundle), newest = keys.findLast(one => one.node === label.from || one.node === '')
  claim(newest, `no key of ${label.from} that is known here`)
  claim(isSigned(newest.key, line.signature, 'band-exchange bundle v1', line.bundle), 'the label is not signed by its sender')
  claim(sha(raw.subarray(raw.indexOf(10) + 1)).toString('hex') === label.lines, 'what follows is not what was packed')
  claim(label.bundle === 1 && label.part >= 1 && label.part <= label.parts, 'the label cannot be read')
  return label
}

function proveEnd(end, label, logs) {
  claim(typeof end.end === 'string' && typeof end.more === 'boolean', 'the end cannot be read')
  if (!label) return
  claim(end.end === `${label.epoch}.${label.place}`, 'the end is not where the label says')
  const holds = [...logs].map(([log, all]) => [log, [Math.min(...all.map(one => one.first)), Math.max(...all.map(one => one.last))]])
  claim(JSON.stringify(holds.sort()) === JSON.stringify(Object.entries(label.holds).sort()), 'it does not hold what the label says')
}

function prove(raw, keys, isSegment, say) {
  claim(raw.length && raw.at(-1) === 10, 'it breaks off inside a line')
  const lines = raw.toString('utf8').split('\n').slice(0, -1), logs = new Map()
  let at = 0, label = null, isEnded = false
  const next = () => {
    if (at >= lines.length) return undefined
    claim(Buffer.byteLength(lines[at]) <= LIMIT.line, 'a line is too long')
    return JSON.parse(lines[at++])
  }
  for (let line; (line = next()) !== undefined;) {
    claim(!isEnded, 'something stands behind the end')
    if ('bundle' in line) {
      claim(at === 1, 'a label stands in the middle')
      label = proveLabel(line, raw, keys)
      say(`label: part ${label.part} of ${label.parts} from ${label.from} to ${label.to}, proven`)
    } else if ('batch' in line) {
      const { log, first } = JSON.parse(line.batch)
      try {
        const proven = proveBatch(line, next, keys)
        proveChain(logs, proven, label?.needs)
        const { shown, closed, withheld } = proven.found
        say(`${log} from ${first}: ${shown} shown, ${closed} closed, ${withheld} groups withheld, proven`)
      } catch (error) {
        error.message = `${log} from ${first}: ${error.message}`
        throw error
      }
    } else if ('end' in line) {
      proveEnd(line, label, logs)
      isEnded = true
    } else claim('segment' in line, 'a line is none that may stand here')
  }
  claim(isEnded || isSegment, 'it has no end: it was cut')
}

function unpacked(path) {
  const raw = readFileSync(path)
  if (raw.subarray(0, 4).equals(Buffer.from('28b52ffd', 'hex'))) {
    if (!zlib.zstdDecompressSync) throw new Error('this Node.js cannot unpack zstd: use `zstd -d` first')
    return zlib.zstdDecompressSync(raw)
  }
  if (raw.subarray(0, 21).toString('latin1') === 'age-encryption.org/v1') throw new Error('it is closed: open it with age first')
  return raw
}

function main() {
  const options = { keys: { type: 'string', multiple: true }, key: { type: 'string', multiple: true }, segment: { type: 'boolean' } }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const hellos = (values.keys ?? []).flatMap(path => JSON.parse(readFileSync(path, 'utf8')))
  const keys = [...hellos, ...(values.key ?? []).map(key => ({ node: '', key }))].flatMap(keysOf)
  if (!keys.length || !positionals.length) throw new Error('usage: node verify.mjs --keys HELLO.json FILE...')
  return positionals.map(path => {
    const raw = unpacked(path)
    try {
      prove(raw, keys, values.segment, text => console.log(`${path}: ${text}`))
      console.log(`${path}: everything in it is proven`)
      return true
    } catch (error) {
      console.log(`${path}: NOT PROVEN: ${error.message}`)
      return false
    }
  }).every(Boolean)
}

try {
  process.exitCode = main() ? 0 : 1
} catch (error) {
  console.error(`verify: ${error.message}`)
  process.exitCode = 2
}
