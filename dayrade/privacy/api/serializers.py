"""What an erasure asks for."""

from dayrade.api.fields import Text
from dayrade.api.serializers import Input


class ErasureInput(Input):
    """What shows that it is the owner who asks, and that they mean it."""

    password = Text(max_length=1000, trim_whitespace=False)
    confirm = Text(max_length=255, help_text="One's username or e-mail address.")
