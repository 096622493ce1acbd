"""`xueping bench`: whole purchases and automatic claims per second, beside bare workflows of as many steps."""
