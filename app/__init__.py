"""Where the features meet: settings, wiring, flows, the processes and the command line. Nothing imports `app`."""
