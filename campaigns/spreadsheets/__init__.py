"""The files that people open: recipient files read, results files written."""
