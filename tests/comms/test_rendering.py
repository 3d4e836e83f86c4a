"""Values are filled in as text, wherever they come from."""

import pytest

from comms.rendering import MissingValuesError, as_html, render


def made(content, subject="Hi", **values):
    return render(subject=subject, content=content, values=values)


def body(text):
    """Return what stands between the tags of the page."""
    return as_html(text).split("<body>\n")[1].split("\n</body>")[0]


def test_values_are_not_looked_at_again():
    assert made("{{ a }} {{ b }}", a="{{ b }}", b="{% now %}").text == "{{ b }} {% now %}"


def test_values_are_escaped_in_the_page_and_not_in_the_text():
    rendered = made("Hello {{ name }}", name="<script>alert('&')</script>")

    assert rendered.text == "Hello <script>alert('&')</script>"
    assert "<p>Hello &lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;</p>" in rendered.html


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\0"])
def test_value_starts_no_header(end):
    rendered = made("", subject="Hi {{ name }}", name=f"Ada{end}Bcc: all@example.com")

    assert rendered.subject == "Hi Ada Bcc: all@example.com"


def test_long_subject_is_cut():
    assert len(made("", subject="{{ name }}", name="x" * 1000).subject) == 255


def test_every_name_without_a_value_is_named():
    with pytest.raises(MissingValuesError, match=r"^No value for: b, c\.$"):
        made("{{ a }} {{ b }}", subject="{{ c }}", a="x", c="")


def test_empty_line_ends_a_paragraph():
    assert body("One\ntwo\n\n\nthree\n") == "<p>One<br>\ntwo</p>\n<p>three</p>"


@pytest.mark.parametrize(
    ("text", "page"),
    [
        (
            "See https://testserver/kyc?a=1&b=2.",
            'See <a href="https://testserver/kyc?a=1&amp;b=2">https://testserver/kyc?a=1&amp;b=2</a>.',
        ),
        ("https://testserver", '<a href="https://testserver">https://testserver</a>'),
        (
            'https://testserver/"onclick=x',
            '<a href="https://testserver/">https://testserver/</a>&quot;onclick=x',
        ),
        ("https://evil.example/kyc", "https://evil.example/kyc"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        (
            "https://testserver.evil.example/",
            '<a href="https://testserver">https://testserver</a>.evil.example/',
        ),
    ],
)
def test_only_addresses_of_the_front_end_become_links(text, page):
    assert body(text) == f"<p>{page}</p>"
