# shellcheck shell=sh
# Sourced by the other scripts, at the checkout: names the environment that they share, and puts its
# commands and npm's on PATH. It is .venv, unless that is somebody else's, which is left alone.
environment=.venv
if [ -e .venv ] && [ ! -e .venv/weightmark-environment ]; then
  environment=build/environment
fi
PATH="$PWD/node_modules/.bin:$PATH"
# npm's wrappers of forge and anvil exit with 0 whatever happens, and outlive a kill: their binaries go first.
for directory in "$PWD"/node_modules/@foundry-rs/*-*-*/bin; do
  PATH="$directory:$PATH"
done
PATH="$PWD/$environment/bin:$PATH"
export PATH
unset PYTHONHOME PYTHONPATH
