// Looks for the number behind the challenge whose SHA-256 begins with enough zero bits; a worker, so nothing waits.

const K = new Int32Array(64);
const FIRST = new Int32Array(8);

// The constants of the standard: the first bits of the roots of the primes.
function constants() {
  let count = 0;
  for (let number = 2; count < 64; number += 1) {
    let prime = true;
    for (let factor = 2; factor * factor <= number; factor += 1) if (number % factor === 0) prime = false;
    if (!prime) continue;
    if (count < 8) FIRST[count] = bits(Math.sqrt(number));
    K[count] = bits(Math.cbrt(number));
    count += 1;
  }
}

function bits(root) {
  return Math.floor((root - Math.floor(root)) * 0x100000000);
}

const W = new Int32Array(64);

function turn(word, by) {
  return (word >>> by) | (word << (32 - by));
}

// One block of 64 bytes, given as sixteen words in W, put behind a state.
function block(state, into) {
  for (let at = 16; at < 64; at += 1) {
    const a = W[at - 15], b = W[at - 2];
    const small = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3), large = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10);
    W[at] = (W[at - 16] + W[at - 7] + small + large) | 0;
  }
  let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
  for (let at = 0; at < 64; at += 1) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[at] + W[at]) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
  }
  into[0] = state[0] + a; into[1] = state[1] + b; into[2] = state[2] + c; into[3] = state[3] + d;
  into[4] = state[4] + e; into[5] = state[5] + f; into[6] = state[6] + g; into[7] = state[7] + h;
}

// The words of a short text that follows a whole block, with the padding of the standard.
function tail(text) {
  W.fill(0, 0, 16);
  for (let at = 0; at < text.length; at += 1) W[at >> 2] |= text.charCodeAt(at) << (24 - 8 * (at & 3));
  W[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
  W[15] = (64 + text.length) * 8;
}

function solve(challenge, wanted) {
  for (let at = 0; at < 16; at += 1) W[at] = 0;
  for (let at = 0; at < 64; at += 1) W[at >> 2] |= challenge.charCodeAt(at) << (24 - 8 * (at & 3));
  const middle = new Int32Array(8), hash = new Int32Array(8);
  block(FIRST, middle);
  for (let number = 0; ; number += 1) {
    tail(String(number));
    block(middle, hash);
    if (hash[0] >>> (32 - wanted) === 0) return String(number);
  }
}

constants();
onmessage = (event) => postMessage(solve(event.data.challenge, event.data.bits));
