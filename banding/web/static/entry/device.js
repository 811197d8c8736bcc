/* The device's own memory: one IndexedDB for each node and account, written so that no kill undoes it. */

const STORES = ["drafts", "queue", "pack", "photos"];
const VERSION = 1;
const opened = new Map();

/** Whose device this page is: {node, account, person}; null where nobody is logged in. */
export function owner() {
  const said = document.querySelector("meta[name=device]");
  return said ? { ...said.dataset } : null;
}

/** The name of the database of a person at a node. */
export function nameOf({ node, account }) {
  return `banding.${node}.${account}`;
}

/** The database of the person of this page, or of the name given; stands open until the page goes. */
export function open(name = nameOf(owner() ?? { node: "", account: "nobody" })) {
  if (!opened.has(name)) {
    const database = opening(name);
    opened.set(name, database);
    database.catch(() => opened.delete(name));
  }
  return opened.get(name);
}

function opening(name) {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(name, VERSION);
    asked.onupgradeneeded = () => {
      for (const store of STORES) {
        if (!asked.result.objectStoreNames.contains(store)) asked.result.createObjectStore(store, { keyPath: "key" });
      }
    };
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const database = asked.result;
      // A newer page in another tab must not wait for this one, and a browser may close what it likes.
      database.onversionchange = () => { database.close(); opened.delete(name); };
      database.onclose = () => opened.delete(name);
      resolve(database);
    };
  });
}

/**
 * One transaction over some stores, begun in the order of the calls; resolves when it is on the disk.
 * `deed(stores, answer)` gets the object stores by name and says its answer with `answer(value)`.
 */
export async function deal(names, mode, deed, of) {
  const database = await open(of);
  return new Promise((resolve, reject) => {
    const whole = database.transaction(names, mode, { durability: "strict" });
    let said;
    whole.oncomplete = () => resolve(said);
    whole.onabort = () => reject(whole.error ?? new Error("not kept on this device"));
    const stores = Object.fromEntries([].concat(names).map((name) => [name, whole.objectStore(name)]));
    deed(stores, (value) => { said = value; });
  });
}

/** One row by its key; undefined where there is none. */
export function get(store, key) {
  return deal(store, "readonly", (stores, answer) => {
    stores[store].get(key).onsuccess = (event) => answer(event.target.result);
  });
}

/** Write one row, an object with its `key` in it. */
export function put(store, row) {
  return deal(store, "readwrite", (stores) => stores[store].put(row));
}

/** Take one row away. */
export function remove(store, key) {
  return deal(store, "readwrite", (stores) => stores[store].delete(key));
}

/** Every row of a store, in the order of the keys. */
export function all(store, of) {
  return deal(store, "readonly", (stores, answer) => {
    stores[store].getAll().onsuccess = (event) => answer(event.target.result);
  }, of);
}

/** Read every row of a store and change some, in one transaction; `deed(rows, stores)` gives the answer. */
export function alter(names, deed) {
  const [first] = [].concat(names);
  return deal(names, "readwrite", (stores, answer) => {
    stores[first].getAll().onsuccess = (event) => answer(deed(event.target.result, stores));
  });
}

/** The databases of other people of this node on this device, as far as the browser tells. */
export async function others(node, account = "") {
  const known = indexedDB.databases ? await indexedDB.databases() : [];
  const start = `banding.${node}.`;
  return known.map((one) => one.name).filter((name) => name.startsWith(start) && name !== start + account);
}

/** A new uuid4; made by hand where the page is not in a secure context. */
export function freshKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const figures = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return figures.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Run a deed while no other tab runs one of this name; at once where the browser has no locks. */
export function alone(name, deed) {
  return navigator.locks ? navigator.locks.request(name, deed) : deed();
}

/** Ask the browser not to throw this away when its disk fills up. */
export function keepForGood() {
  return navigator.storage?.persist?.().catch(() => false) ?? Promise.resolve(false);
}
