//! Acts and their canonical bytes, replay of a dossier, gates, deadlines, orders.
