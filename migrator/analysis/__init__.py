"""Read-only facts about a project: values, stages, sites, effects and slices."""
