"""Where the processes of one tree put their figures, so that any of them can show the sums of all."""

SHARED_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
