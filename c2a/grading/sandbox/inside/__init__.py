"""What lives inside the sandbox: nothing here knows an exercise, a case or a secret.

The package imports only the standard library, numpy, torch and what it warms, and is
loaded in the sandbox under the name `c2a_sandbox`. The trusted side imports `wire` and
`values` from it, so both sides speak the same language.
"""
