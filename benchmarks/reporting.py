"""One finding, one line: for a reader, and for a program."""


def line(name: str, goal: str, ratio: float, **figures: object) -> str:
    """`P2 ratio=2.40 goal<=3 floor=0.91s …`: `goal` is a comparison such as `<=3`, figures are written as they are."""
    details = " ".join(f"{key}={value}" for key, value in figures.items())
    return f"{name} ratio={ratio:.2f} goal{goal} {details}".rstrip()
