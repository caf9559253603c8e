"""Writes docs/access.md and docs/states.md from the tables of the domain: `python -m tests.architecture.generated`."""

from pathlib import Path

from app.domain.access import GRANTS, Permission, Role
from app.domain.application import TRANSITIONS, Action, PublicStatus, State, public_status
from app.domain.followup import STAGES, Stage, moves_from
from app.domain.phase import ENTERED_BY, Phase

DOCS = Path(__file__).parent.parent.parent / "docs"


def access() -> str:
    """Who may do what, as a table of permissions by roles."""
    roles = list(Role)
    lines = [
        "# Who may do what",
        "",
        "Made from `app/domain/access.py`; do not edit by hand. A dot means that the role holds the permission:",
        "in its own company (viewer, editor, owner), in the events whose jury it sits on (juror), in its own city",
        "(leadership, agent, procurement, organizer). Whoever has a conflict of interest in an application is refused,",
        "whatever their role.",
        "",
        "| permission | " + " | ".join(role.value for role in roles) + " |",
        "|---|" + "---|" * len(roles),
    ]
    for permission in Permission:
        marks = " | ".join("●" if role in GRANTS[permission] else "" for role in roles)
        lines.append(f"| {permission.value} | {marks} |")
    return "\n".join(lines) + "\n"


def states() -> str:
    """The lives of an event, an application and a case."""
    lines = [
        "# States and the steps between them",
        "",
        "Made from the tables in `app/domain`; do not edit by hand.",
        "",
    ]
    lines += ["## Event", "", "| phase | entered by |", "|---|---|", f"| {Phase.DRAFT.value} | – |"]
    lines += [f"| {phase.value} | {ENTERED_BY[phase].value} |" for phase in Phase if phase in ENTERED_BY]
    lines += ["", "## Application", "", "```mermaid", "stateDiagram-v2", "    [*] --> draft"]
    lines += [f"    {state.value} --> {step.to.value}: {action.value}" for (state, action), step in TRANSITIONS.items()]
    lines += ["```", "", "| from | step | to | in the phases |", "|---|---|---|---|"]
    for (state, action), step in TRANSITIONS.items():
        phases = ", ".join(phase.value for phase in Phase if phase in step.phases)
        lines.append(f"| {state.value} | {action.value} | {step.to.value} | {phases} |")
    lines += ["", "What the company is told:", "", "| state | " + " | ".join(phase.value for phase in _TOLD) + " |"]
    lines += ["|---|" + "---|" * len(_TOLD)]
    for state in State:
        told = " | ".join(public_status(state, phase).value for phase in _TOLD)
        lines.append(f"| {state.value} | {told} |")
    lines += ["", "## Follow-up case", "", "| stage | usual days | may move to |", "|---|---|---|"]
    for stage in Stage:
        days = STAGES[stage].typical_days if stage in STAGES else None
        usual = f"{days[0]}–{days[1]}" if days else "–"
        lines.append(f"| {stage.value} | {usual} | {', '.join(to.value for to in moves_from(stage))} |")
    return "\n".join(lines) + "\n"


_TOLD = (Phase.CALL_OPEN, Phase.JURY, Phase.DECIDED, Phase.FOLLOW_UP)

GENERATED = {"access.md": access, "states.md": states}

assert set(Action) == {action for _, action in TRANSITIONS}, "an action that no state allows"
assert set(PublicStatus), "what the company is told"

if __name__ == "__main__":
    for name, make in GENERATED.items():
        (DOCS / name).write_text(make())
