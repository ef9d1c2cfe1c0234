"""Chapter 19: the graded exercises, and what their notebook calls."""

from c2a.exercises.kit.workbook import open_workbook

CHAPTER, check, example, hint, progress, grade = open_workbook(__name__)
