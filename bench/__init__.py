"""The measurements: our figure beside the floor and beside a peer, in one run on one machine."""
