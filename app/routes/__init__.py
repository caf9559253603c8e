"""Every router of the app, in the order in which addresses are tried: fixed words before cities' slugs."""

from app.routes import healthz, metrics
from app.routes.account import browsers, confirmation, demo, passkeys, profile, provider, sign_in, tasks
from app.routes.admin import cities as admin_cities
from app.routes.admin import erasure as admin_erasure
from app.routes.admin import jobs as admin_jobs
from app.routes.admin import providers as admin_providers
from app.routes.company import applications, attachments, companies, members, states, submission
from app.routes.company import cases as company_cases
from app.routes.jury import attachments as jury_attachments
from app.routes.jury import conflicts as jury_conflicts
from app.routes.jury import queue as jury_queue
from app.routes.jury import scores as jury_scores
from app.routes.organizer import applications as received
from app.routes.organizer import attachments as received_attachments
from app.routes.organizer import audit as organizer_audit
from app.routes.organizer import challenges as organizer_challenges
from app.routes.organizer import city as organizer_city
from app.routes.organizer import clone as organizer_clone
from app.routes.organizer import conflicts as organizer_conflicts
from app.routes.organizer import cpv as organizer_cpv
from app.routes.organizer import criteria as organizer_criteria
from app.routes.organizer import decision_document, entry, pitches, places, releases, sessions
from app.routes.organizer import decisions as organizer_decisions
from app.routes.organizer import events as organizer_events
from app.routes.organizer import holds as organizer_holds
from app.routes.organizer import home as organizer_home
from app.routes.organizer import mail as organizer_mail
from app.routes.organizer import meeting as organizer_meeting
from app.routes.organizer import panel as organizer_panel
from app.routes.organizer import people as organizer_people
from app.routes.organizer import programme as organizer_programme
from app.routes.organizer import promotion as organizer_promotion
from app.routes.organizer import publication as organizer_publication
from app.routes.organizer import results as organizer_results
from app.routes.organizer import results_publication as organizer_results_publication
from app.routes.organizer import retention as organizer_retention
from app.routes.organizer import signature as organizer_signature
from app.routes.organizer import units as organizer_units
from app.routes.procurement import attachments as case_attachments
from app.routes.procurement import cases, closing, entries, home, leadership, opening, owners, publication, stages
from app.routes.public import accessibility, city, events, front, logo, portfolio, results, sitemap
from app.routes.public import programme as public_programme

ROUTERS = (
    healthz.router,
    metrics.router,
    sign_in.router,
    sign_in.sign_out,
    provider.router,
    provider.accounts,
    passkeys.entry,
    passkeys.router,
    confirmation.router,
    demo.router,
    tasks.router,
    profile.router,
    browsers.router,
    companies.router,
    members.router,
    applications.router,
    submission.router,
    states.router,
    attachments.router,
    jury_queue.router,
    jury_conflicts.router,
    jury_scores.router,
    jury_attachments.router,
    organizer_audit.router,
    organizer_home.router,
    organizer_events.router,
    organizer_publication.router,
    organizer_clone.router,
    organizer_challenges.router,
    organizer_cpv.router,
    organizer_criteria.router,
    organizer_city.router,
    organizer_units.router,
    organizer_people.router,
    organizer_conflicts.router,
    organizer_panel.router,
    organizer_results.router,
    admin_cities.router,
    admin_jobs.router,
    admin_providers.router,
    admin_erasure.router,
    organizer_programme.router,
    sessions.router,
    places.router,
    pitches.router,
    releases.router,
    received.router,
    received_attachments.router,
    entry.router,
    decision_document.router,
    organizer_decisions.router,
    organizer_meeting.router,
    organizer_signature.router,
    organizer_promotion.router,
    organizer_mail.router,
    organizer_results_publication.router,
    organizer_retention.router,
    organizer_holds.router,
    sitemap.router,
    accessibility.router,
    front.router,
    home.router,
    cases.router,
    stages.router,
    entries.router,
    case_attachments.router,
    owners.router,
    closing.router,
    publication.router,
    opening.router,
    leadership.router,
    company_cases.router,
    # Cities' slugs come last: everything above is a word of its own.
    city.router,
    logo.router,
    portfolio.router,
    results.router,
    events.router,
    public_programme.router,
)
