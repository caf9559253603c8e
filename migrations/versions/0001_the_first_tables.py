"""The first tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "city",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("welcome", sa.JSON(), nullable=False),
        sa.Column("municipality_code", sa.String(), nullable=True),
        sa.Column("languages", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("logo", sa.String(), nullable=True),
        sa.Column("contact_email", sa.String(), nullable=False),
        sa.Column("public_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(slug) between 2 and 40", name=op.f("ck_city_slug_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city")),
        sa.UniqueConstraint("municipality_code", name=op.f("uq_city_municipality_code")),
        sa.UniqueConstraint("slug", name=op.f("uq_city_slug")),
    )
    op.create_table(
        "cpv",
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("label", sa.JSON(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_cpv")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "done", "failed", name="jobstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_state_due_at", ["state", "due_at"], unique=False)

    op.create_table(
        "kept_form",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("form_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_kept_form")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "rate_count",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", "ends_at", name=op.f("pk_rate_count")),
    )
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("next_path", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
    )
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_link_email"), ["email"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("on_behalf_of", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("object_type", sa.String(), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("previous", sa.String(), nullable=True),
        sa.Column("hash", sa.String(), nullable=True),
        sa.CheckConstraint("chain = coalesce(city_id, 0)", name=op.f("ck_audit_event_chain_of_city")),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_audit_event_city_id_city")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_audit_event_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("chain", "sequence", name=op.f("uq_audit_event_chain_sequence")),
    )
    op.create_table(
        "audit_head",
        sa.Column("chain", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_head")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_city_id"), ["city_id"], unique=False)
        batch_op.create_index("ix_audit_event_object", ["object_type", "object_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_person_id"), ["person_id"], unique=False)

    op.create_table(
        "company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("register_number", sa.String(), nullable=False),
        sa.Column("home_town", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=False),
        sa.Column("founded", sa.Integer(), nullable=True),
        sa.Column("size", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(country) = 2", name=op.f("ck_company_country_code")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_company_created_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
        sa.UniqueConstraint("country", "register_number", name=op.f("uq_company_country_register_number")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=False),
        sa.Column("practical", sa.JSON(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("places_to_pitch", sa.Integer(), nullable=False),
        sa.Column(
            "aggregate",
            sa.Enum(
                "mean", "median", "trimmed_mean", name="aggregate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("show_others_scores", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("jury_opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("day_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("day_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("results_published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "call_opens_at is null or call_closes_at is null or call_opens_at < call_closes_at",
            name=op.f("ck_event_call_order"),
        ),
        sa.CheckConstraint(
            "day_starts_at is null or day_ends_at is null or day_starts_at < day_ends_at",
            name=op.f("ck_event_day_order"),
        ),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_event_city_id_city")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_event_decided_by_person")),
        sa.ForeignKeyConstraint(["previous_id"], ["event.id"], name=op.f("fk_event_previous_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("city_id", "slug", name=op.f("uq_event_city_id_slug")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_previous_id"), ["previous_id"], unique=False)

    op.create_table(
        "platform",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_platform_city_id_city")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform")),
        sa.UniqueConstraint("city_id", "slug", name=op.f("uq_platform_city_id_slug")),
    )
    with op.batch_alter_table("platform", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_platform_city_id"), ["city_id"], unique=False)

    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_unit_city_id_city")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_city_id"), ["city_id"], unique=False)

    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_web_session_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_person_id"), ["person_id"], unique=False)

    op.create_table(
        "challenge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("need", sa.JSON(), nullable=False),
        sa.Column("present", sa.JSON(), nullable=False),
        sa.Column("effect_economic", sa.JSON(), nullable=False),
        sa.Column("effect_social", sa.JSON(), nullable=False),
        sa.Column("effect_environmental", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("strategy_goal", sa.JSON(), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("platform_id", sa.Integer(), nullable=True),
        sa.Column("cpv_code", sa.String(), nullable=True),
        sa.Column("owner_person_id", sa.Integer(), nullable=True),
        sa.Column("owner_unit_id", sa.Integer(), nullable=True),
        sa.Column("budget_min", sa.Integer(), nullable=True),
        sa.Column("budget_max", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "budget_min is null or budget_max is null or budget_min <= budget_max",
            name=op.f("ck_challenge_budget_order"),
        ),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_challenge_city_id_city")),
        sa.ForeignKeyConstraint(["cpv_code"], ["cpv.code"], name=op.f("fk_challenge_cpv_code_cpv")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_challenge_event_id_event")),
        sa.ForeignKeyConstraint(["owner_person_id"], ["person.id"], name=op.f("fk_challenge_owner_person_id_person")),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name=op.f("fk_challenge_owner_unit_id_unit")),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_challenge_platform_id_platform")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_challenge_event_id_number")),
    )
    with op.batch_alter_table("challenge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_challenge_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_challenge_cpv_code"), ["cpv_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_challenge_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_challenge_owner_person_id"), ["owner_person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_challenge_owner_unit_id"), ["owner_unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_challenge_platform_id"), ["platform_id"], unique=False)

    op.create_table(
        "city_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "public",
                "person",
                "viewer",
                "editor",
                "owner",
                "juror",
                "leadership",
                "agent",
                "procurement",
                "organizer",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "role in ('agent', 'leadership', 'organizer', 'procurement')", name=op.f("ck_city_member_city_role")
        ),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_city_member_city_id_city")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_city_member_person_id_person")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_city_member_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city_member")),
        sa.UniqueConstraint("city_id", "person_id", "role", name=op.f("uq_city_member_city_id_person_id_role")),
    )
    with op.batch_alter_table("city_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_city_member_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_city_member_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_city_member_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "company_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "public",
                "person",
                "viewer",
                "editor",
                "owner",
                "juror",
                "leadership",
                "agent",
                "procurement",
                "organizer",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("phone", sa.String(), nullable=False),
        sa.CheckConstraint("role in ('editor', 'owner', 'viewer')", name=op.f("ck_company_member_company_role")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_company_member_company_id_company")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_company_member_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_member")),
        sa.UniqueConstraint("company_id", "person_id", name=op.f("uq_company_member_company_id_person_id")),
    )
    with op.batch_alter_table("company_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_company_member_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_company_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("map_x", sa.Integer(), nullable=True),
        sa.Column("map_y", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_place_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_event_id"), ["event_id"], unique=False)

    op.create_table(
        "programme_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("comment", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_programme_release_event_id_event")),
        sa.ForeignKeyConstraint(["released_by"], ["person.id"], name=op.f("fk_programme_release_released_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_release")),
        sa.UniqueConstraint("event_id", "name", name=op.f("uq_programme_release_event_id_name")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_programme_release_event_id_number")),
    )
    with op.batch_alter_table("programme_release", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_release_event_id"), ["event_id"], unique=False)

    op.create_table(
        "application",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "withdrawn",
                "invited",
                "confirmed",
                "reserved",
                "declined",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("solution", sa.String(), nullable=False),
        sa.Column("fit", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("pilot", sa.String(), nullable=False),
        sa.Column("from_city", sa.String(), nullable=False),
        sa.Column("price", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("confidential", sa.String(), nullable=False),
        sa.Column("confidential_ground", sa.String(), nullable=False),
        sa.Column("contact_person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(confidential = '') or (confidential_ground != '') or state = 'draft'",
            name=op.f("ck_application_secret_ground"),
        ),
        sa.CheckConstraint(
            "(state = 'draft') or (submitted_at is not null)", name=op.f("ck_application_submitted_when")
        ),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_application_challenge_id_challenge")),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_application_city_id_city")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_application_company_id_company")),
        sa.ForeignKeyConstraint(
            ["contact_person_id"], ["person.id"], name=op.f("fk_application_contact_person_id_person")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_application_created_by_person")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_application_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("challenge_id", "company_id", name=op.f("uq_application_challenge_id_company_id")),
        sa.UniqueConstraint("event_id", "number", name=op.f("uq_application_event_id_number")),
    )
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_application_challenge_id"), ["challenge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_application_event_id"), ["event_id"], unique=False)
        batch_op.create_index("ix_application_event_id_state", ["event_id", "state"], unique=False)

    op.create_table(
        "criterion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("help", sa.JSON(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("scale_max", sa.Integer(), nullable=False),
        sa.Column("informational", sa.Boolean(), nullable=False),
        sa.Column("anchors", sa.JSON(), nullable=False),
        sa.CheckConstraint("scale_max between 1 and 100", name=op.f("ck_criterion_scale")),
        sa.CheckConstraint("weight >= 0", name=op.f("ck_criterion_weight_positive")),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_criterion_challenge_id_challenge")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_criterion_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criterion")),
    )
    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_criterion_challenge_id"), ["challenge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_criterion_event_id"), ["event_id"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["programme_release.id"], name=op.f("fk_document_release_id_programme_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("release_id", "locale", name=op.f("uq_document_release_id_locale")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_release_id"), ["release_id"], unique=False)

    op.create_table(
        "jury_seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("challenge_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["challenge_id"], ["challenge.id"], name=op.f("fk_jury_seat_challenge_id_challenge")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_jury_seat_event_id_event")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_jury_seat_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_seat")),
        sa.UniqueConstraint(
            "event_id", "person_id", "challenge_id", name=op.f("uq_jury_seat_event_id_person_id_challenge_id")
        ),
    )
    with op.batch_alter_table("jury_seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jury_seat_challenge_id"), ["challenge_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_jury_seat_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_jury_seat_person_id"), ["person_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_assignment_application_id_application")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("application_id", "person_id", name=op.f("uq_assignment_application_id_person_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "party",
                "representation",
                "interest",
                "employment",
                "board",
                "supervision",
                "impartiality",
                name="ground",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("juror", "organizer", name="source", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("declared_by", sa.Integer(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_conflict_application_id_application")
        ),
        sa.ForeignKeyConstraint(["declared_by"], ["person.id"], name=op.f("fk_conflict_declared_by_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conflict_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint("application_id", "person_id", name=op.f("uq_conflict_application_id_person_id")),
    )
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_person_id"), ["person_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "invite", "reserve", "decline", name="outcome", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("reserve_rank", sa.Integer(), nullable=True),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("notes", sa.String(), nullable=False),
        sa.Column("prepared_by", sa.Integer(), nullable=True),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("promoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(outcome = 'reserve') = (reserve_rank is not null)", name=op.f("ck_decision_reserve_rank")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_decision_application_id_application")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_decision_event_id_event")),
        sa.ForeignKeyConstraint(["prepared_by"], ["person.id"], name=op.f("fk_decision_prepared_by_person")),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_decision")),
        sa.UniqueConstraint("event_id", "reserve_rank", name=op.f("uq_decision_event_id_reserve_rank")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_event_id"), ["event_id"], unique=False)

    op.create_table(
        "follow_up_case",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum(
                "triage",
                "meeting",
                "market_dialogue",
                "exploration",
                "pilot",
                "procurement",
                "scaling",
                "closed",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "furthest",
            sa.Enum(
                "triage",
                "meeting",
                "market_dialogue",
                "exploration",
                "pilot",
                "procurement",
                "scaling",
                "closed",
                name="furthest",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_person_id", sa.Integer(), nullable=True),
        sa.Column("next_step", sa.String(), nullable=False),
        sa.Column("next_step_on", sa.Date(), nullable=True),
        sa.Column("estimated_value", sa.Integer(), nullable=True),
        sa.Column("funding", sa.String(), nullable=False),
        sa.Column("pilot_metric", sa.String(), nullable=False),
        sa.Column("pilot_baseline", sa.String(), nullable=False),
        sa.Column("pilot_target", sa.String(), nullable=False),
        sa.Column("pilot_result", sa.String(), nullable=False),
        sa.Column("pilot_ends_on", sa.Date(), nullable=True),
        sa.Column(
            "exit_type",
            sa.Enum(
                "city_use",
                "market",
                "other_city",
                "ended",
                name="exittype",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "end_reason",
            sa.Enum(
                "no_need",
                "no_owner",
                "no_funding",
                "price",
                "technically_unfit",
                "legal_obstacle",
                "no_effect",
                "company_withdrew",
                "better_alternative",
                "timing",
                "other",
                name="endreason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("lesson", sa.JSON(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_summary", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(stage = 'closed') = (exit_type is not null)", name=op.f("ck_follow_up_case_exit_when_closed")
        ),
        sa.CheckConstraint(
            "exit_type is null or exit_type != 'ended' or end_reason is not null",
            name=op.f("ck_follow_up_case_reason_when_ended"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_follow_up_case_application_id_application")
        ),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_follow_up_case_city_id_city")),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=op.f("fk_follow_up_case_company_id_company")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_follow_up_case_event_id_event")),
        sa.ForeignKeyConstraint(
            ["owner_person_id"], ["person.id"], name=op.f("fk_follow_up_case_owner_person_id_person")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_follow_up_case_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_case")),
        sa.UniqueConstraint("application_id", "unit_id", name=op.f("uq_follow_up_case_application_id_unit_id")),
    )
    with op.batch_alter_table("follow_up_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_case_city_id"), ["city_id"], unique=False)
        batch_op.create_index("ix_follow_up_case_city_id_stage", ["city_id", "stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_case_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_case_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_case_owner_person_id"), ["owner_person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_case_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("to_email", sa.String(), nullable=False),
        sa.Column("to_name", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "held",
                "queued",
                "sent",
                "failed",
                name="mailstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("secret", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_outgoing_mail_application_id_application")
        ),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_outgoing_mail_city_id_city")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_outgoing_mail_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outgoing_mail_message_id")),
    )
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outgoing_mail_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_mail_city_id"), ["city_id"], unique=False)
        batch_op.create_index("ix_outgoing_mail_state_due_at", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_mail_to_email"), ["to_email"], unique=False)

    op.create_table(
        "programme_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pitch",
                "quick_talk",
                "interview",
                "challenge_spot",
                "stand",
                "panel",
                "break",
                name="sessionkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("abstract", sa.JSON(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("challenge_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("stand", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "starts_at is null or ends_at is null or starts_at < ends_at", name=op.f("ck_programme_session_time_order")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_programme_session_application_id_application")
        ),
        sa.ForeignKeyConstraint(
            ["challenge_id"], ["challenge.id"], name=op.f("fk_programme_session_challenge_id_challenge")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_programme_session_event_id_event")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_programme_session_place_id_place")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_programme_session_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme_session")),
    )
    with op.batch_alter_table("programme_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_session_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_programme_session_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_programme_session_place_id"), ["place_id"], unique=False)

    op.create_table(
        "score_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("application_version", sa.Integer(), nullable=False),
        sa.Column("comment_jury", sa.String(), nullable=False),
        sa.Column("comment_company", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_score_sheet_application_id_application")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_score_sheet_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheet")),
        sa.UniqueConstraint("application_id", "person_id", name=op.f("uq_score_sheet_application_id_person_id")),
    )
    with op.batch_alter_table("score_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_score_sheet_person_id"), ["person_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("stored_as", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(application_id is null) != (case_id is null)", name=op.f("ck_attachment_one_parent")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_attachment_application_id_application")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["follow_up_case.id"], name=op.f("fk_attachment_case_id_follow_up_case")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_attachment_created_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_attachment_stored_as")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_application_id"), ["application_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_case_id"), ["case_id"], unique=False)

    op.create_table(
        "case_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "note",
                "meeting",
                "measurement",
                "decision",
                "handover",
                "stage",
                name="entrykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("with_whom", sa.String(), nullable=False),
        sa.Column(
            "from_stage",
            sa.Enum(
                "triage",
                "meeting",
                "market_dialogue",
                "exploration",
                "pilot",
                "procurement",
                "scaling",
                "closed",
                name="from_stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_stage",
            sa.Enum(
                "triage",
                "meeting",
                "market_dialogue",
                "exploration",
                "pilot",
                "procurement",
                "scaling",
                "closed",
                name="to_stage",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("shown_to_company", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'stage') = (to_stage is not null)", name=op.f("ck_case_entry_stage_entry")),
        sa.ForeignKeyConstraint(["case_id"], ["follow_up_case.id"], name=op.f("fk_case_entry_case_id_follow_up_case")),
        sa.ForeignKeyConstraint(["created_by"], ["person.id"], name=op.f("fk_case_entry_created_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_entry")),
    )
    with op.batch_alter_table("case_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_entry_case_id"), ["case_id"], unique=False)

    op.create_table(
        "score",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_score_value_positive")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criterion.id"], name=op.f("fk_score_criterion_id_criterion")),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["score_sheet.id"], name=op.f("fk_score_sheet_id_score_sheet"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("sheet_id", "criterion_id", name=op.f("pk_score")),
    )
    keep_the_trail()


KEPT = (
    "id",
    "at",
    "city_id",
    "person_id",
    "action",
    "object_type",
    "object_id",
    "commitment",
    "chain",
)
SEALED = ("sequence", "previous", "hash")
VALUES = ("salt", "on_behalf_of", "before", "after")
REFUSED = "the audit trail is only added to"


def keep_the_trail() -> None:
    """Triggers: rows get their place once, their values may be erased, all else is refused."""
    sqlite = op.get_bind().dialect.name == "sqlite"

    def same(columns: tuple[str, ...]) -> str:
        if sqlite:
            return " AND ".join(f"NEW.{name} IS OLD.{name}" for name in columns)
        return " AND ".join(f"NEW.{name}::text IS NOT DISTINCT FROM OLD.{name}::text" for name in columns)

    empty = "NEW.before = '{}' AND NEW.after = '{}'" if sqlite else "NEW.before::text = '{}' AND NEW.after::text = '{}'"
    sealing = f"OLD.sequence IS NULL AND {same(VALUES)}"
    erasing = f"{same(SEALED)} AND NEW.salt IS NULL AND NEW.on_behalf_of = '' AND {empty}"
    allowed = f"{same(KEPT)} AND (({sealing}) OR ({erasing}))"
    onward = "NEW.chain = OLD.chain AND NEW.sequence > OLD.sequence"
    if sqlite:
        for table, verb, condition in (
            ("audit_event", "UPDATE", f"WHEN NOT ({allowed})"),
            ("audit_event", "DELETE", ""),
            ("audit_head", "UPDATE", f"WHEN NOT ({onward})"),
            ("audit_head", "DELETE", ""),
        ):
            op.execute(
                f"CREATE TRIGGER {table}_keep_{verb.lower()} BEFORE {verb} ON {table} {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSED}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table, condition in (("audit_event", allowed), ("audit_head", onward)):
        for verb, when in (("UPDATE", f"FOR EACH ROW WHEN (NOT ({condition}))"), ("DELETE", "FOR EACH ROW"),
                           ("TRUNCATE", "FOR EACH STATEMENT")):  # fmt: skip
            op.execute(
                f"CREATE TRIGGER {table}_keep_{verb.lower()} BEFORE {verb} ON {table} {when} "
                "EXECUTE FUNCTION audit_refuse()"
            )


def downgrade() -> None:
    """Back."""
    op.drop_table("score")
    with op.batch_alter_table("case_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_entry_case_id"))

    op.drop_table("case_entry")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_case_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_application_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("score_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_sheet_person_id"))

    op.drop_table("score_sheet")
    with op.batch_alter_table("programme_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_session_place_id"))
        batch_op.drop_index(batch_op.f("ix_programme_session_event_id"))
        batch_op.drop_index(batch_op.f("ix_programme_session_application_id"))

    op.drop_table("programme_session")
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outgoing_mail_to_email"))
        batch_op.drop_index("ix_outgoing_mail_state_due_at")
        batch_op.drop_index(batch_op.f("ix_outgoing_mail_city_id"))
        batch_op.drop_index(batch_op.f("ix_outgoing_mail_application_id"))

    op.drop_table("outgoing_mail")
    with op.batch_alter_table("follow_up_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_up_case_unit_id"))
        batch_op.drop_index(batch_op.f("ix_follow_up_case_owner_person_id"))
        batch_op.drop_index(batch_op.f("ix_follow_up_case_event_id"))
        batch_op.drop_index(batch_op.f("ix_follow_up_case_company_id"))
        batch_op.drop_index("ix_follow_up_case_city_id_stage")
        batch_op.drop_index(batch_op.f("ix_follow_up_case_city_id"))

    op.drop_table("follow_up_case")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_event_id"))

    op.drop_table("decision")
    with op.batch_alter_table("conflict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflict_person_id"))

    op.drop_table("conflict")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_person_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("jury_seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jury_seat_person_id"))
        batch_op.drop_index(batch_op.f("ix_jury_seat_event_id"))
        batch_op.drop_index(batch_op.f("ix_jury_seat_challenge_id"))

    op.drop_table("jury_seat")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_release_id"))

    op.drop_table("document")
    with op.batch_alter_table("criterion", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_criterion_event_id"))
        batch_op.drop_index(batch_op.f("ix_criterion_challenge_id"))

    op.drop_table("criterion")
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_index("ix_application_event_id_state")
        batch_op.drop_index(batch_op.f("ix_application_event_id"))
        batch_op.drop_index(batch_op.f("ix_application_company_id"))
        batch_op.drop_index(batch_op.f("ix_application_city_id"))
        batch_op.drop_index(batch_op.f("ix_application_challenge_id"))

    op.drop_table("application")
    with op.batch_alter_table("programme_release", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_programme_release_event_id"))

    op.drop_table("programme_release")
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_place_event_id"))

    op.drop_table("place")
    with op.batch_alter_table("company_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_company_member_person_id"))
        batch_op.drop_index(batch_op.f("ix_company_member_company_id"))

    op.drop_table("company_member")
    with op.batch_alter_table("city_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_city_member_unit_id"))
        batch_op.drop_index(batch_op.f("ix_city_member_person_id"))
        batch_op.drop_index(batch_op.f("ix_city_member_city_id"))

    op.drop_table("city_member")
    with op.batch_alter_table("challenge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_challenge_platform_id"))
        batch_op.drop_index(batch_op.f("ix_challenge_owner_unit_id"))
        batch_op.drop_index(batch_op.f("ix_challenge_owner_person_id"))
        batch_op.drop_index(batch_op.f("ix_challenge_event_id"))
        batch_op.drop_index(batch_op.f("ix_challenge_cpv_code"))
        batch_op.drop_index(batch_op.f("ix_challenge_city_id"))

    op.drop_table("challenge")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_person_id"))

    op.drop_table("web_session")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_city_id"))

    op.drop_table("unit")
    with op.batch_alter_table("platform", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_platform_city_id"))

    op.drop_table("platform")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_previous_id"))
        batch_op.drop_index(batch_op.f("ix_event_city_id"))

    op.drop_table("event")
    op.drop_table("company")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_person_id"))
        batch_op.drop_index("ix_audit_event_object")
        batch_op.drop_index(batch_op.f("ix_audit_event_city_id"))

    op.drop_table("audit_head")
    op.drop_table("audit_event")
    with op.batch_alter_table("sign_in_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_link_email"))

    op.drop_table("sign_in_link")
    op.drop_table("rate_count")
    op.drop_table("person")
    op.drop_table("kept_form")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_state_due_at")

    op.drop_table("job")
    op.drop_table("cpv")
    op.drop_table("city")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_refuse()")
