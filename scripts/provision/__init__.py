"""Brings a machine what the stages need and it lacks, into a cache of our own."""
