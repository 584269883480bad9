"""How an owner would set up AgentDojo's tools: what each does to the world, and whose words it
tells. One table for all tasks of all suites; nothing here knows a task or an attack.

Trusted are the owner's own data: account, standing orders, contacts, the clock, the booking
site's own catalogue of names, addresses and prices. Everything that other people can write into
is not: mail, calendar (invitations), shared files, transactions (their subjects), web pages, chat
(channels' names too), reviews. What a tool tells after it changed something repeats its
arguments, so that is nobody's authority either.
"""

from vivavoce.experts import Effect

READS_OWN: tuple[str, ...] = (
    # banking
    "get_iban", "get_balance", "get_scheduled_transactions", "get_user_info",
    # workspace, travel
    "get_current_day", "search_contacts_by_name", "search_contacts_by_email",
    # travel: the site's own catalogue
    "get_user_information", "get_all_hotels_in_city", "get_hotels_prices", "get_hotels_address",
    "get_all_restaurants_in_city", "get_cuisine_type_for_restaurants", "get_restaurants_address",
    "get_dietary_restrictions_for_all_restaurants", "get_contact_information_for_restaurants",
    "get_price_for_restaurants", "check_restaurant_opening_hours",
    "get_all_car_rental_companies_in_city", "get_car_types_available", "get_car_fuel_options",
    "get_car_rental_address", "get_car_price_per_day", "get_flight_information",
)  # fmt: skip
READS_OTHERS: dict[str, str] = {
    "get_most_recent_transactions": "transactions",
    "read_file": "a file",
    "get_unread_emails": "mail",
    "get_sent_emails": "mail",
    "get_received_emails": "mail",
    "get_draft_emails": "mail",
    "search_emails": "mail",
    "search_calendar_events": "the calendar",
    "get_day_calendar_events": "the calendar",
    "search_files_by_filename": "a file",
    "get_file_by_id": "a file",
    "list_files": "files",
    "search_files": "files",
    "get_channels": "chat",
    "read_channel_messages": "chat",
    "read_inbox": "chat",
    "get_users_in_channel": "chat",
    "get_webpage": "a page",
    "get_rating_reviews_for_hotels": "reviews",
    "get_rating_reviews_for_restaurants": "reviews",
    "get_rating_reviews_for_car_rental": "reviews",
}
"""Tool → whose words."""
ACTS: dict[str, Effect] = {
    "send_money": "danger",
    "schedule_transaction": "danger",
    "update_scheduled_transaction": "danger",
    "update_password": "danger",
    "update_user_info": "change",
    "send_email": "send",
    "delete_email": "danger",
    "create_calendar_event": "send",  # it mails its participants, as the next three do
    "cancel_calendar_event": "danger",
    "reschedule_calendar_event": "send",
    "add_calendar_event_participants": "send",
    "append_to_file": "change",
    "create_file": "change",
    "delete_file": "danger",
    "share_file": "send",
    "add_user_to_channel": "send",
    "send_direct_message": "send",
    "send_channel_message": "send",
    "invite_user_to_slack": "send",
    "remove_user_from_slack": "danger",
    "post_webpage": "send",
    "reserve_hotel": "danger",
    "reserve_car_rental": "danger",
    "reserve_restaurant": "danger",
}


def effect(tool: str) -> Effect:
    """KeyError for a tool that the table lacks."""
    if tool in READS_OTHERS or tool in READS_OWN:
        return "read"
    return ACTS[tool]


def source(tool: str) -> str:
    """Whose words its result is; empty: the owner's own."""
    return READS_OTHERS.get(tool, "what was done" if tool in ACTS else "")
