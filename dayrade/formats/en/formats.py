"""Short dates and 24 hours: staff compare instants in narrow columns, always in UTC.

The spaces do not break: an instant stays on one line.
"""

DATE_FORMAT = "j\xa0M\xa0Y"
DATETIME_FORMAT = "j\xa0M\xa0Y\xa0H:i:s"
