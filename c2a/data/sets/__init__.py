"""One module a data set: what it is, whose, and how its files are read."""
