"""The trusted log: entries, seals, bytes on the wire, and the ledger that remembers them."""
