"""Short dates and 24 hours: staff compare instants in narrow columns, always in UTC."""

DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y H:i:s"
