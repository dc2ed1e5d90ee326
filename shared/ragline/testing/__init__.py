"""Fakes that hold the same contract suites as the real adapters; product code never imports it."""
