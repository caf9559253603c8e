"""Templates are translated while they are compiled: the words are those that gettext gives, and values stay escaped."""

import pytest

from app.adapters.language import translations
from app.adapters.templates import environment, rich


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_constant_words_are_those_of_the_catalogue(language: str) -> None:
    env = environment(language)
    gettext = translations(language).gettext
    for message in ("My tasks", "Here's the link", "50%% of it"):
        assert env.from_string(f"{{{{ _({message!r}) }}}}").render() == gettext(message) % ()
    template = env.from_string(
        '{% macro link(words) %}<a title="{{ words }}">{{ words }}</a>{% endmacro %}{{ link(_("My tasks")) }}'
    )
    assert template.render() == '<a title="{0}">{0}</a>'.format(gettext("My tasks"))


@pytest.mark.parametrize(("name", "shown"), [("page.html", "&lt;b&gt; &amp;"), ("mail.txt", "<b> &")])
def test_values_are_escaped_on_pages_and_left_alone_in_mails(name: str, shown: str) -> None:
    env = environment("fi")
    source = env.compile('{{ _("Challenge %(number)s", number=value) }}', name)
    template = env.template_class.from_code(env, source, env.make_globals(None))
    assert template.render(value="<b> &") == translations("fi").gettext("Challenge %(number)s") % {"number": shown}


@pytest.mark.parametrize("address", ["javascript:alert(1)", "JaVaScript:alert(1)", "data:text/html,x", "vbscript:x"])
def test_a_link_leads_only_where_links_may_lead(address: str) -> None:
    assert "<a" not in rich(f"[words]({address})")
    assert "<a" not in rich(f"<a href='{address}'>words</a>")
    assert 'href="https://kipina.example/?a=1&amp;b=2"' in rich("[words](https://kipina.example/?a=1&b=2)")


def test_words_chosen_while_a_page_is_shown_are_translated_then() -> None:
    template = environment("fi").from_string("{{ _(words) }} {{ _(words, name=1) }}")
    assert template.render(words="My tasks") == " ".join([translations("fi").gettext("My tasks")] * 2)
