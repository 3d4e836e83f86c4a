"""Leave room in the pages of seats: a pass writes most of them anew."""

from django.db import migrations

from dayrade.db.operations import fillfactor


class Migration(migrations.Migration):
    dependencies = [("tournaments", "0005_add_bookings")]

    operations = [fillfactor("tournament_participants", 80)]
