"""Writes docs/access-matrix.md from access.ROLE_PERMISSIONS: `python -m tools.access_matrix`."""

from pathlib import Path

from access import ROLE_PERMISSIONS, Permission, Role

PAGE = Path(__file__).parent.parent / "docs" / "access-matrix.md"
HEAD = """# Who may do what

Written by `python -m tools.access_matrix` from `access/permissions.py`; a test keeps the two in step. What is
not marked is denied. A permission on a record (`record:…`, `room:…`) is only the first lock: the second is
the care relationship. A patient has it with the own record, a doctor with patients they have a visit with.
A guest (interpreter, family) has none: an invitation opens the room of one visit, and what is marked here only
there.

"""


def matrix() -> str:
    """The page: one line for each permission, one column for each role."""
    names = [role.value.replace("_", " ") for role in Role]
    lines = ["| permission | " + " | ".join(names) + " |", "|---|" + ":-:|" * len(names)]
    lines += [_line(permission) for permission in Permission]
    return HEAD + "\n".join(lines) + "\n"


def _line(permission: Permission) -> str:
    marks = ["✓" if permission in ROLE_PERMISSIONS[role] else "" for role in Role]
    return f"| `{permission.value}` | " + " | ".join(marks) + " |"


if __name__ == "__main__":
    PAGE.write_text(matrix())
