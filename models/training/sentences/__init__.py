"""Recipes that classify a sentence: does it relate its two marked mentions?"""
