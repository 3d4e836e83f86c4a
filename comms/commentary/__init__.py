"""What the four voices say of what happened: facts, how they are found, and how they are told.

Nothing here knows the database or the clock.
"""
