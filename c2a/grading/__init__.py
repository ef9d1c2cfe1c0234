"""The autograder: it marks strangers' notebooks without trusting them."""
