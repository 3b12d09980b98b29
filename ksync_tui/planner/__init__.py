"""Declared and live to a plan. Pure: no I/O, no clock, no checking of values."""

from ksync_tui.model.resource import redeploy_digest
from ksync_tui.planner.match import PlanCapabilities
from ksync_tui.planner.plan import Planner
from ksync_tui.planner.safety import Confirmation, confirmation, exceeds_safe_change

__all__ = ["Confirmation", "PlanCapabilities", "Planner", "confirmation", "exceeds_safe_change", "redeploy_digest"]
