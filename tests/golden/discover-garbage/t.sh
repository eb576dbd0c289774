#!/bin/sh
echo hello
echo aside >&2
