"""The commands of the whole project."""
