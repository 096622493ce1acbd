"""`xueping demo`: four walks through the API on a stack of their own, each figure compared with what it must be."""
