"""What the exercises of this chapter share."""

#: Where the task is to write it oneself, these are not to be used.
LIBRARIES = ("torch", "scipy", "sklearn", "c2a")
WITH_NUMPY = "Write it yourself, with Python and NumPy."
