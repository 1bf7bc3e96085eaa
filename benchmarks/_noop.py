"""A Litestar route that does nothing, on the server that serves us: `python -m benchmarks._noop <socket number>`."""

import gc
import socket
import sys

import uvicorn
from litestar import Litestar, post


@post("/nothing", status_code=200, sync_to_thread=False)
def nothing() -> dict[str, str]:
    return {"status": "done"}


def main() -> None:
    app = Litestar([nothing], logging_config=None, openapi_config=None)
    config = uvicorn.Config(app, http="httptools", loop="uvloop", ws="none", log_config=None, access_log=False)
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 1_000)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


if __name__ == "__main__":
    main()
