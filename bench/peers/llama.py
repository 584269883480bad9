"""llama.cpp's own HTTP server for a peer: `python -m bench.peers.llama MODEL.gguf PORT`."""

import sys
import time

import xllamacpp


def main(model: str, port: int, threads: int = 2) -> None:
    """Serve until stopped; the context and the threads are those of Vivavoce's own model."""
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.port = port
    params.n_ctx, params.n_parallel, params.verbosity = 4096, 1, 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
