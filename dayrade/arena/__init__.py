"""The arena: the public site, which knows no more than the public API tells.

A page comes with what the API tells everybody, written by a template. What is live, and what is
told to who is signed in, a script asks the API for.
"""
