"""Find people by how a name of theirs begins, the few that are suspended or closed, and by KYC status."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations
from django.db.models import Q
from django.db.models.functions import Lower

from dayrade.db.indexes import Index

SEARCHED = ("email", "username", "first_name", "last_name", "zimtra_username")
FEW = {
    "dayrade_users_suspended": Q(is_suspended=True),
    "dayrade_users_closed": Q(is_active=False),
    "dayrade_users_unverified": Q(email_verified=False),
}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_drop_sessions_of_the_framework")]

    operations = [
        *(
            migrations.AddIndex(
                "user",
                Index(
                    OpClass(Lower(name), "text_pattern_ops"), name=f"dayrade_users_{name}_begins"
                ),
            )
            for name in SEARCHED
        ),
        *(
            migrations.AddIndex("user", Index(name=name, fields=["created_at"], condition=which))
            for name, which in FEW.items()
        ),
        migrations.AddIndex(
            "user",
            Index(name="dayrade_users_kyc_status", fields=["kyc_status", "-created_at", "-id"]),
        ),
    ]
