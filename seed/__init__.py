"""The demonstration: a made-up season at two stations, and the runner that lets them talk."""
