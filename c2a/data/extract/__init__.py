"""Makes the files in `c2a/data/files/` again from the packages they come from.

One module for each shipped data set, with that set's name. Its `make(packages, folder)`
writes the files; its `license_text(packages)`, where there is one, returns the text
that must go with them.
"""
