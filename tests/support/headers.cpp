// Empty: a target with precompiled headers must have a source that uses them.
