"""The live page: plain HTML that a script fills from the public API and the stream."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt

from dayrade.health import read_only
from tournaments.models import Tournament


@csrf_exempt
@read_only
def live(request: HttpRequest, tournament: str) -> HttpResponse:
    """Show the frame of the page; nobody signs in here."""
    public = Tournament.objects.visible_to(AnonymousUser())
    found = get_object_or_404(public.addressed(tournament))
    return render(request, "live.html", {"tournament": found})
