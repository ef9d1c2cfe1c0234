"""The private seed: without it, hidden cases cannot be predicted from public source."""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from c2a.errors import C2AError

SHORTEST = 16  # bytes


class SeedError(C2AError):
    """The file with the private seed is missing, unreadable or too short."""


@dataclass(frozen=True)
class Seed:
    """A secret from which every submission's hidden cases are drawn."""

    secret: bytes

    @property
    def fingerprint(self) -> str:
        """What the gradebook records, so that it does not hold the secret itself."""
        return hashlib.sha256(b"fingerprint" + self.secret).hexdigest()[:16]

    def generator(self, submission: str, exercise: str) -> np.random.Generator:
        """Return the generator of the hidden cases of one answer."""
        message = f"{submission}/{exercise}".encode()
        digest = hmac.digest(self.secret, message, "sha256")
        return np.random.default_rng(int.from_bytes(digest, "little"))


def read_seed(path: Path) -> Seed:
    """Read a seed file; surrounding white space does not count.

    Raises:
        SeedError: when it cannot be read or is shorter than 16 bytes.
    """
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise SeedError(f"The seed {path} cannot be read: {error.strerror}.") from error
    if len(secret) < SHORTEST:
        raise SeedError(
            f"The seed in {path} is too short to be secret; write at least "
            f"{SHORTEST} random characters into it."
        )
    return Seed(secret)


def own_seed(path: Path) -> Seed:
    """Read the seed beside a gradebook, created the first time, for its owner only."""
    if not path.exists():
        part = path.with_name(f".part-{secrets.token_hex(8)}")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32) + "\n")
            # Of two runs that start at once, the first one's seed stays.
            os.link(part, path)
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return read_seed(path)
