"""Queries that many panels ask, by the names of their lines."""

from __future__ import annotations

# the label that names a service, and what selects our pods alone
SERVICE = "app_kubernetes_io_name"
OURS = 'app_kubernetes_io_part_of="ragline"'


def quantiles(metric: str, by: str = "") -> dict[str, str]:
    """Return queries of the 50th and the 95th percentile of a histogram, for each value of `by`."""
    grouping = f"{by}, le" if by else "le"
    prefix = f"{{{{{by}}}}} " if by else ""
    buckets = f"sum by ({grouping}) (rate({metric}_bucket[5m]))"
    return {f"{prefix}p{q}": f"histogram_quantile(0.{q}, {buckets})" for q in (50, 95)}


def rate(metric: str, by: str) -> dict[str, str]:
    """Return a query of how often a counter rises in a second, for each value of `by`."""
    return {f"{{{{{by}}}}}": f"sum by ({by}) (rate({metric}[5m]))"}
