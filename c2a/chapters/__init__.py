"""Code that the reader has already seen, one module a chapter.

Made by `make export` from the cells tagged `export`; later chapters import from here.
"""
