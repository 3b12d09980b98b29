"""The kinds of problems, each by an id that stays: in JSON, in SARIF, and in docs/rules.md, which is made from this."""

from __future__ import annotations

from enum import StrEnum


class Rule(StrEnum):
    """What a problem is an instance of; `says` is one sentence about it."""

    says: str

    def __new__(cls, known_as: str, says: str) -> Rule:
        """A member by its id."""
        rule = str.__new__(cls, known_as)
        rule._value_ = known_as
        rule.says = says
        return rule

    SYNTAX = "syntax", "A block is not TOML. Only its own resource is left out, and nothing is deleted."
    UNREADABLE = "unreadable", "A file or folder cannot be read: its permissions, its encoding, its size."
    ENCRYPTED = "encrypted", "A file is encrypted by sops; it is read where the settings say how (`decrypt`)."
    PATH = "path", "A path that the sync lists cannot be used: it is not there, leads out, or is no .toml file."
    NOT_FOLLOWED = "not-followed", "A link or a submodule is passed over; nothing is deleted for what it may hold."
    NOTHING_READ = "nothing-read", "No resource file is there, or a listed one does not exist yet."
    REPOSITORY = "repository", "The repository of the sync cannot be read."
    NOT_CURRENT = "not-current", "What was read may be old: the repository or Core does not say what is there now."
    HISTORY_REWRITTEN = "history-rewritten", "The branch was rewritten: what was read before does not lead to it."
    UNCONFIGURED = "unconfigured", "The sync does not say where its files are, or not in full."
    CORE = "core", "A Komodo Core reports an error in the files of the sync."
    CORE_DIFFERS = "core-differs", "The pending list of a Komodo Core is not what ksync plans."

    UNKNOWN_KIND = "unknown-kind", "A table or a key at the top of a file is of no kind of resource, and is ignored."
    NOT_A_LIST = "not-a-list", "A kind is not written as a list of tables, `[[kind]]`."
    MIXED_HEADERS = "mixed-headers", "A file has a kind in singular and plural, which Komodo refuses."
    UNKNOWN_KEY = "unknown-key", "A key that Komodo does not know there, and ignores."
    DOUBLE_KEY = "double-key", "A key is given under two of its spellings."
    MISSING_KEY = "missing-key", "A key that is needed is not there."
    TYPE = "type", "A value is of another type than its key takes."
    UNKNOWN_VALUE = "unknown-value", "A value is none of the words that its key takes."
    OUT_OF_RANGE = "out-of-range", "A number is too large or too small."
    INVALID_VALUE = "invalid-value", "A value has not the form that its key takes."
    OLDER_FORM = "older-form", "A form of an earlier Komodo; it is read as what it means now."
    INVALID_NAME = "invalid-name", "A resource has a name that Komodo refuses."
    NAME_CHANGED = "name-changed", "Komodo stores the name of a resource in another spelling."
    INVALID_PAIRS = "invalid-pairs", "A line of an environment or of labels has neither `=` nor `:`."
    INVALID_VARIABLE = "invalid-variable", "A variable has a value that Komodo refuses."
    NOT_INTERPOLATED = "not-interpolated", "`[[NAME]]` stands in a field where Komodo does not replace it."
    INVALID_IMAGE = "invalid-image", "An image is no image reference, so that docker refuses it."
    INVALID_PORTS = "invalid-ports", "Ports do nothing on the host network, or are no port mapping."
    INVALID_VOLUMES = "invalid-volumes", "A volume has no absolute path in the container."
    INCOMPLETE_REGISTRY = "incomplete-registry", "A registry lacks its account or its domain, and has no effect."
    INVALID_GIT_PROVIDER = "invalid-git-provider", "A git provider is no host."
    INVALID_REPOSITORY = "invalid-repository", "A repository is not written as owner/name."
    INVALID_BRANCH = "invalid-branch", "A branch is a full ref, or a name that git allows for none."
    INVALID_SCHEDULE = "invalid-schedule", "A schedule is not in its format, or cron that Komodo's parser refuses."
    INVALID_TIME_ZONE = "invalid-time-zone", "A time zone is in no time zone database."
    INVALID_WINDOW = "invalid-window", "A maintenance window opens at no time of a day, or on no day."
    JOINED_LINES = "joined-lines", "A command of several lines breaks as Komodo joins them with &&."
    COMPOSE_WRAPPER = "compose-wrapper", "A compose command wrapper does not hold what it is to wrap, or breaks."
    BLANK_PATH = "blank-path", "A list of files has a blank entry."
    INVALID_URL = "invalid-url", "An address begins with neither https:// nor http://."
    SECRET_IN_CLEAR = "secret-in-clear", "A value that looks like a secret stands in a file in clear."

    DUPLICATE = "duplicate", "A resource is declared more than once, with other contents."
    REPEATED = "repeated", "A resource is declared more than once, with the same contents."
    UNKNOWN_REFERENCE = "unknown-reference", "A name leads to a resource that is neither declared nor live."
    UNKNOWN_AFTER = "unknown-after", "A name in `after` is neither a deployment nor a stack."
    AFTER_CYCLE = "after-cycle", "Resources wait for each other in a circle."
    UNKNOWN_USER = "unknown-user", "A user group names a user who does not exist."
    SHARED_RESOURCE = "shared-resource", "Two syncs declare the same resource: each undoes the other's changes."
    UNREACHABLE_HOST = "unreachable-host", "A Docker host does not answer, so that states there are unknown."
    NOT_FORMATTED = "not-formatted", "`ksync fmt` leaves a file, or a block of it, as it is."
    OTHER_BLOCK = "other-block", "An edited block became another one, or several."
