"""The server that random tests connect to: the one the environment names, or one of their own."""

import os
import pathlib
import subprocess

from .session import connect

TREE = pathlib.Path(__file__).resolve().parent.parent.parent.parent
SERVER = str(TREE / 'test' / 'lib' / 'server.sh')


def own_server():
    """Starts a server if the environment names none; returns whether it did."""
    if os.environ.get('PGHOST'):
        return False
    os.environ.setdefault('PGTV_SERVER', 'oracle')
    for verb in ('install', 'start'):
        subprocess.run([SERVER, verb], check=True)
    for line in subprocess.run([SERVER, 'env'], check=True, capture_output=True, text=True).stdout.split()[1:]:
        name, value = line.split('=', 1)
        os.environ[name] = value
    return True


def stop_own_server():
    subprocess.run([SERVER, 'stop'], check=False)


def prepare_database():
    connection = connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute('CREATE EXTENSION IF NOT EXISTS citext')
        cursor.execute('CREATE EXTENSION IF NOT EXISTS pg_tviews')
    connection.close()
