"""Receipts (医疗收费票据): what their printed lines say, and what arithmetic proves of it. Pure: lines of text in, readings out."""
