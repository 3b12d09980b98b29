"""Texts a Core puts in of itself."""

ACTION = """// Run actions using the pre initialized 'komodo' client.
const version: Types.GetVersionResponse = await komodo.read('GetVersion', {});
console.log('🦎 Komodo version:', version.version, '🦎\\n');
"""
"""What an action has that was made without a script (semantics h.13)."""
