#!/bin/sh
# Lists as GoogleTest does.
for word; do
    case $word in
        --gtest_output=json:*) cat list.json >"${word#--gtest_output=json:}" ;;
    esac
done
