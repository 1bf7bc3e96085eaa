"""Sample people, the same ones at every run."""

import csv
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

FIRST_NAMES = (
    "Aigerim Anna Arjun Chidi Chloé Daniyar Elif Emma Fatima Giulia Hana Hugo Ines Ivan Jamal Jonas Kenji Lea Leila "
    "Liam Lucas Mai María Mateo Mei Mila Minh Nadia Noah Noor Olga Oluwaseun Omar Priya Rosa Samuel Sofia Tariq Zoë"
).split()
LAST_NAMES = (
    "Abenov Andersson Becker Costa Diallo Dubois Eriksen Fischer García Haddad Ivanova Jansen Kaya Kim Kowalski Li "
    "Lindqvist Martin Mensah Moreau Müller Nguyen Novák Okafor Papadopoulos Patel Ricci Rossi Sato Schmidt Silva Smith "
    "Suleimenov Tanaka Virtanen Weber Wójcik Zhang Zimmermann"
).split()
PLACES = (
    ("DE", "de", "Europe/Berlin", 30), ("FR", "fr", "Europe/Paris", 20), ("KZ", "kk", "Asia/Almaty", 10),
    ("US", "en", "America/New_York", 25), ("JP", "ja", "Asia/Tokyo", 5), ("BR", "pt", "America/Sao_Paulo", 10),
)  # fmt: skip
PLANS = (("free", 70), ("plus", 22), ("pro", 8))
COLUMNS = ("user_id", "email", "phone", "first_name", "last_name", "country", "locale", "timezone", "plan", "orders",
           "lifetime_value", "last_order_at")  # fmt: skip

_SEED = 2027  # the same people each time
_MISSING_EMAIL = 0.01
_MISSING_NAME = 0.03


def write_people(path: Path, count: int, *, now: datetime) -> None:
    """A CSV of `count` people; one in a hundred has no e-mail address, so that the accounting has something to say."""
    chance = random.Random(_SEED)  # noqa: S311 - sample data, not a secret
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows(_people(count, chance, now.astimezone(UTC)))


def _people(count: int, chance: random.Random, now: datetime) -> Iterator[tuple[object, ...]]:
    places, place_weights = [place[:3] for place in PLACES], [place[3] for place in PLACES]
    plans, plan_weights = [plan for plan, _ in PLANS], [weight for _, weight in PLANS]
    for number in range(1, count + 1):
        country, locale, zone = chance.choices(places, place_weights)[0]
        orders = int(chance.expovariate(0.25))
        last_order = now - timedelta(days=chance.uniform(0, 720)) if orders else None
        yield (
            f"u{number:07d}",
            "" if chance.random() < _MISSING_EMAIL else f"person{number}@people.example",
            f"+1555{number:07d}",
            "" if chance.random() < _MISSING_NAME else chance.choice(FIRST_NAMES),
            chance.choice(LAST_NAMES),
            country,
            locale,
            zone,
            chance.choices(plans, plan_weights)[0],
            orders,
            f"{orders * chance.uniform(8, 120):.2f}",
            last_order.isoformat(timespec="seconds") if last_order else "",
        )
