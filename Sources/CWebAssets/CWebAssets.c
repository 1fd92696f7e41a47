// SPDX-License-Identifier: Apache-2.0
#include "CWebAssets.h"

// A file is listed twice: its bytes here, its name in the table below. A test compares both with the folder.
static const unsigned char app_webmanifest[] = {
#embed "../Web/client/app.webmanifest"
};
static const unsigned char call_call_js[] = {
#embed "../Web/client/call/call.js"
};
static const unsigned char call_conversation_js[] = {
#embed "../Web/client/call/conversation.js"
};
static const unsigned char call_delivery_js[] = {
#embed "../Web/client/call/delivery.js"
};
static const unsigned char call_memory_js[] = {
#embed "../Web/client/call/memory.js"
};
static const unsigned char call_protocol_js[] = {
#embed "../Web/client/call/protocol.js"
};
static const unsigned char call_reports_js[] = {
#embed "../Web/client/call/reports.js"
};
static const unsigned char call_seat_js[] = {
#embed "../Web/client/call/seat.js"
};
static const unsigned char call_window_js[] = {
#embed "../Web/client/call/window.js"
};
static const unsigned char calls_html[] = {
#embed "../Web/client/calls.html"
};
static const unsigned char calls_bar_js[] = {
#embed "../Web/client/calls/bar.js"
};
static const unsigned char calls_book_js[] = {
#embed "../Web/client/calls/book.js"
};
static const unsigned char calls_contacts_js[] = {
#embed "../Web/client/calls/contacts.js"
};
static const unsigned char calls_devices_js[] = {
#embed "../Web/client/calls/devices.js"
};
static const unsigned char calls_layer_js[] = {
#embed "../Web/client/calls/layer.js"
};
static const unsigned char calls_machine_js[] = {
#embed "../Web/client/calls/machine.js"
};
static const unsigned char calls_main_js[] = {
#embed "../Web/client/calls/main.js"
};
static const unsigned char calls_notice_js[] = {
#embed "../Web/client/calls/notice.js"
};
static const unsigned char calls_packets_js[] = {
#embed "../Web/client/calls/packets.js"
};
static const unsigned char calls_reasons_js[] = {
#embed "../Web/client/calls/reasons.js"
};
static const unsigned char calls_socket_js[] = {
#embed "../Web/client/calls/socket.js"
};
static const unsigned char calls_telephone_js[] = {
#embed "../Web/client/calls/telephone.js"
};
static const unsigned char calls_tunes_js[] = {
#embed "../Web/client/calls/tunes.js"
};
static const unsigned char chat_html[] = {
#embed "../Web/client/chat.html"
};
static const unsigned char chat_channel_js[] = {
#embed "../Web/client/chat/channel.js"
};
static const unsigned char chat_chat_js[] = {
#embed "../Web/client/chat/chat.js"
};
static const unsigned char chat_composer_js[] = {
#embed "../Web/client/chat/composer.js"
};
static const unsigned char chat_conversation_js[] = {
#embed "../Web/client/chat/conversation.js"
};
static const unsigned char chat_dialogs_js[] = {
#embed "../Web/client/chat/dialogs.js"
};
static const unsigned char chat_entry_js[] = {
#embed "../Web/client/chat/entry.js"
};
static const unsigned char chat_history_js[] = {
#embed "../Web/client/chat/history.js"
};
static const unsigned char chat_keys_js[] = {
#embed "../Web/client/chat/keys.js"
};
static const unsigned char chat_main_js[] = {
#embed "../Web/client/chat/main.js"
};
static const unsigned char chat_outbox_js[] = {
#embed "../Web/client/chat/outbox.js"
};
static const unsigned char chat_picture_js[] = {
#embed "../Web/client/chat/picture.js"
};
static const unsigned char chat_screen_js[] = {
#embed "../Web/client/chat/screen.js"
};
static const unsigned char chat_sidebar_js[] = {
#embed "../Web/client/chat/sidebar.js"
};
static const unsigned char chat_text_js[] = {
#embed "../Web/client/chat/text.js"
};
static const unsigned char chat_voice_bar_js[] = {
#embed "../Web/client/chat/voice-bar.js"
};
static const unsigned char chat_voice_js[] = {
#embed "../Web/client/chat/voice.js"
};
static const unsigned char core_announce_js[] = {
#embed "../Web/client/core/announce.js"
};
static const unsigned char core_calm_js[] = {
#embed "../Web/client/core/calm.js"
};
static const unsigned char core_colour_js[] = {
#embed "../Web/client/core/colour.js"
};
static const unsigned char core_dialog_js[] = {
#embed "../Web/client/core/dialog.js"
};
static const unsigned char core_dom_js[] = {
#embed "../Web/client/core/dom.js"
};
static const unsigned char core_icons_js[] = {
#embed "../Web/client/core/icons.js"
};
static const unsigned char core_language_js[] = {
#embed "../Web/client/core/language.js"
};
static const unsigned char core_name_js[] = {
#embed "../Web/client/core/name.js"
};
static const unsigned char core_place_js[] = {
#embed "../Web/client/core/place.js"
};
static const unsigned char core_qr_js[] = {
#embed "../Web/client/core/qr.js"
};
static const unsigned char core_signal_js[] = {
#embed "../Web/client/core/signal.js"
};
static const unsigned char core_storage_js[] = {
#embed "../Web/client/core/storage.js"
};
static const unsigned char core_typography_js[] = {
#embed "../Web/client/core/typography.js"
};
static const unsigned char debug_js[] = {
#embed "../Web/client/debug.js"
};
static const unsigned char home_frame_js[] = {
#embed "../Web/client/home/frame.js"
};
static const unsigned char home_home_js[] = {
#embed "../Web/client/home/home.js"
};
static const unsigned char home_rooms_js[] = {
#embed "../Web/client/home/rooms.js"
};
static const unsigned char home_share_js[] = {
#embed "../Web/client/home/share.js"
};
static const unsigned char home_surroundings_js[] = {
#embed "../Web/client/home/surroundings.js"
};
static const unsigned char images_tern_svg[] = {
#embed "../Web/client/images/tern.svg"
};
static const unsigned char images_terns_svg[] = {
#embed "../Web/client/images/terns.svg"
};
static const unsigned char index_html[] = {
#embed "../Web/client/index.html"
};
static const unsigned char line_backoff_js[] = {
#embed "../Web/client/line/backoff.js"
};
static const unsigned char line_line_js[] = {
#embed "../Web/client/line/line.js"
};
static const unsigned char main_js[] = {
#embed "../Web/client/main.js"
};
static const unsigned char media_constraints_js[] = {
#embed "../Web/client/media/constraints.js"
};
static const unsigned char media_media_js[] = {
#embed "../Web/client/media/media.js"
};
static const unsigned char media_meter_js[] = {
#embed "../Web/client/media/meter.js"
};
static const unsigned char media_problems_js[] = {
#embed "../Web/client/media/problems.js"
};
static const unsigned char media_retry_js[] = {
#embed "../Web/client/media/retry.js"
};
static const unsigned char media_tones_js[] = {
#embed "../Web/client/media/tones.js"
};
static const unsigned char media_wake_js[] = {
#embed "../Web/client/media/wake.js"
};
static const unsigned char peer_bitrate_js[] = {
#embed "../Web/client/peer/bitrate.js"
};
static const unsigned char peer_description_js[] = {
#embed "../Web/client/peer/description.js"
};
static const unsigned char peer_gauges_js[] = {
#embed "../Web/client/peer/gauges.js"
};
static const unsigned char peer_ladder_js[] = {
#embed "../Web/client/peer/ladder.js"
};
static const unsigned char peer_mesh_js[] = {
#embed "../Web/client/peer/mesh.js"
};
static const unsigned char peer_pair_js[] = {
#embed "../Web/client/peer/pair.js"
};
static const unsigned char peer_person_js[] = {
#embed "../Web/client/peer/person.js"
};
static const unsigned char peer_quality_js[] = {
#embed "../Web/client/peer/quality.js"
};
static const unsigned char peer_sampler_js[] = {
#embed "../Web/client/peer/sampler.js"
};
static const unsigned char peer_tuning_js[] = {
#embed "../Web/client/peer/tuning.js"
};
static const unsigned char people_door_js[] = {
#embed "../Web/client/people/door.js"
};
static const unsigned char people_links_js[] = {
#embed "../Web/client/people/links.js"
};
static const unsigned char people_me_js[] = {
#embed "../Web/client/people/me.js"
};
static const unsigned char people_qr_picture_js[] = {
#embed "../Web/client/people/qr-picture.js"
};
static const unsigned char room_banners_js[] = {
#embed "../Web/client/room/banners.js"
};
static const unsigned char room_bar_js[] = {
#embed "../Web/client/room/bar.js"
};
static const unsigned char room_call_screen_js[] = {
#embed "../Web/client/room/call-screen.js"
};
static const unsigned char room_corner_js[] = {
#embed "../Web/client/room/corner.js"
};
static const unsigned char room_farewell_js[] = {
#embed "../Web/client/room/farewell.js"
};
static const unsigned char room_loudspeakers_js[] = {
#embed "../Web/client/room/loudspeakers.js"
};
static const unsigned char room_news_js[] = {
#embed "../Web/client/room/news.js"
};
static const unsigned char room_pickers_js[] = {
#embed "../Web/client/room/pickers.js"
};
static const unsigned char room_pin_screen_js[] = {
#embed "../Web/client/room/pin-screen.js"
};
static const unsigned char room_preview_js[] = {
#embed "../Web/client/room/preview.js"
};
static const unsigned char room_room_js[] = {
#embed "../Web/client/room/room.js"
};
static const unsigned char room_share_screen_js[] = {
#embed "../Web/client/room/share-screen.js"
};
static const unsigned char room_shortcuts_js[] = {
#embed "../Web/client/room/shortcuts.js"
};
static const unsigned char room_stage_js[] = {
#embed "../Web/client/room/stage.js"
};
static const unsigned char room_status_js[] = {
#embed "../Web/client/room/status.js"
};
static const unsigned char room_tiles_js[] = {
#embed "../Web/client/room/tiles.js"
};
static const unsigned char room_troubles_js[] = {
#embed "../Web/client/room/troubles.js"
};
static const unsigned char room_view_js[] = {
#embed "../Web/client/room/view.js"
};
static const unsigned char style_bar_css[] = {
#embed "../Web/client/style/bar.css"
};
static const unsigned char style_base_css[] = {
#embed "../Web/client/style/base.css"
};
static const unsigned char style_call_css[] = {
#embed "../Web/client/style/call.css"
};
static const unsigned char style_calls_css[] = {
#embed "../Web/client/style/calls.css"
};
static const unsigned char style_chat_css[] = {
#embed "../Web/client/style/chat.css"
};
static const unsigned char style_conversation_css[] = {
#embed "../Web/client/style/conversation.css"
};
static const unsigned char style_door_css[] = {
#embed "../Web/client/style/door.css"
};
static const unsigned char style_home_css[] = {
#embed "../Web/client/style/home.css"
};
static const unsigned char style_pieces_css[] = {
#embed "../Web/client/style/pieces.css"
};
static const unsigned char style_talk_button_css[] = {
#embed "../Web/client/style/talk-button.css"
};
static const unsigned char style_talkie_css[] = {
#embed "../Web/client/style/talkie.css"
};
static const unsigned char style_tiles_css[] = {
#embed "../Web/client/style/tiles.css"
};
static const unsigned char style_voice_css[] = {
#embed "../Web/client/style/voice.css"
};
static const unsigned char talkie_html[] = {
#embed "../Web/client/talkie.html"
};
static const unsigned char talkie_air_js[] = {
#embed "../Web/client/talkie/air.js"
};
static const unsigned char talkie_deck_js[] = {
#embed "../Web/client/talkie/deck.js"
};
static const unsigned char talkie_floor_js[] = {
#embed "../Web/client/talkie/floor.js"
};
static const unsigned char talkie_formats_js[] = {
#embed "../Web/client/talkie/formats.js"
};
static const unsigned char talkie_frames_js[] = {
#embed "../Web/client/talkie/frames.js"
};
static const unsigned char talkie_grip_js[] = {
#embed "../Web/client/talkie/grip.js"
};
static const unsigned char talkie_hold_js[] = {
#embed "../Web/client/talkie/hold.js"
};
static const unsigned char talkie_lobby_js[] = {
#embed "../Web/client/talkie/lobby.js"
};
static const unsigned char talkie_main_js[] = {
#embed "../Web/client/talkie/main.js"
};
static const unsigned char talkie_pace_js[] = {
#embed "../Web/client/talkie/pace.js"
};
static const unsigned char talkie_player_js[] = {
#embed "../Web/client/talkie/player.js"
};
static const unsigned char talkie_recorder_js[] = {
#embed "../Web/client/talkie/recorder.js"
};
static const unsigned char talkie_splitter_js[] = {
#embed "../Web/client/talkie/splitter.js"
};
static const unsigned char talkie_talkie_js[] = {
#embed "../Web/client/talkie/talkie.js"
};
static const unsigned char talkie_tunes_js[] = {
#embed "../Web/client/talkie/tunes.js"
};
static const unsigned char talkie_weaver_js[] = {
#embed "../Web/client/talkie/weaver.js"
};
static const unsigned char talkie_webm_js[] = {
#embed "../Web/client/talkie/webm.js"
};
static const unsigned char words_en_calls_js[] = {
#embed "../Web/client/words/en-calls.js"
};
static const unsigned char words_en_chat_js[] = {
#embed "../Web/client/words/en-chat.js"
};
static const unsigned char words_en_talkie_js[] = {
#embed "../Web/client/words/en-talkie.js"
};
static const unsigned char words_en_js[] = {
#embed "../Web/client/words/en.js"
};
static const unsigned char words_ru_calls_js[] = {
#embed "../Web/client/words/ru-calls.js"
};
static const unsigned char words_ru_chat_js[] = {
#embed "../Web/client/words/ru-chat.js"
};
static const unsigned char words_ru_talkie_js[] = {
#embed "../Web/client/words/ru-talkie.js"
};
static const unsigned char words_ru_js[] = {
#embed "../Web/client/words/ru.js"
};

static const struct sterna_asset assets[] = {
    {"app.webmanifest", app_webmanifest, sizeof app_webmanifest},
    {"call/call.js", call_call_js, sizeof call_call_js},
    {"call/conversation.js", call_conversation_js, sizeof call_conversation_js},
    {"call/delivery.js", call_delivery_js, sizeof call_delivery_js},
    {"call/memory.js", call_memory_js, sizeof call_memory_js},
    {"call/protocol.js", call_protocol_js, sizeof call_protocol_js},
    {"call/reports.js", call_reports_js, sizeof call_reports_js},
    {"call/seat.js", call_seat_js, sizeof call_seat_js},
    {"call/window.js", call_window_js, sizeof call_window_js},
    {"calls.html", calls_html, sizeof calls_html},
    {"calls/bar.js", calls_bar_js, sizeof calls_bar_js},
    {"calls/book.js", calls_book_js, sizeof calls_book_js},
    {"calls/contacts.js", calls_contacts_js, sizeof calls_contacts_js},
    {"calls/devices.js", calls_devices_js, sizeof calls_devices_js},
    {"calls/layer.js", calls_layer_js, sizeof calls_layer_js},
    {"calls/machine.js", calls_machine_js, sizeof calls_machine_js},
    {"calls/main.js", calls_main_js, sizeof calls_main_js},
    {"calls/notice.js", calls_notice_js, sizeof calls_notice_js},
    {"calls/packets.js", calls_packets_js, sizeof calls_packets_js},
    {"calls/reasons.js", calls_reasons_js, sizeof calls_reasons_js},
    {"calls/socket.js", calls_socket_js, sizeof calls_socket_js},
    {"calls/telephone.js", calls_telephone_js, sizeof calls_telephone_js},
    {"calls/tunes.js", calls_tunes_js, sizeof calls_tunes_js},
    {"chat.html", chat_html, sizeof chat_html},
    {"chat/channel.js", chat_channel_js, sizeof chat_channel_js},
    {"chat/chat.js", chat_chat_js, sizeof chat_chat_js},
    {"chat/composer.js", chat_composer_js, sizeof chat_composer_js},
    {"chat/conversation.js", chat_conversation_js, sizeof chat_conversation_js},
    {"chat/dialogs.js", chat_dialogs_js, sizeof chat_dialogs_js},
    {"chat/entry.js", chat_entry_js, sizeof chat_entry_js},
    {"chat/history.js", chat_history_js, sizeof chat_history_js},
    {"chat/keys.js", chat_keys_js, sizeof chat_keys_js},
    {"chat/main.js", chat_main_js, sizeof chat_main_js},
    {"chat/outbox.js", chat_outbox_js, sizeof chat_outbox_js},
    {"chat/picture.js", chat_picture_js, sizeof chat_picture_js},
    {"chat/screen.js", chat_screen_js, sizeof chat_screen_js},
    {"chat/sidebar.js", chat_sidebar_js, sizeof chat_sidebar_js},
    {"chat/text.js", chat_text_js, sizeof chat_text_js},
    {"chat/voice-bar.js", chat_voice_bar_js, sizeof chat_voice_bar_js},
    {"chat/voice.js", chat_voice_js, sizeof chat_voice_js},
    {"core/announce.js", core_announce_js, sizeof core_announce_js},
    {"core/calm.js", core_calm_js, sizeof core_calm_js},
    {"core/colour.js", core_colour_js, sizeof core_colour_js},
    {"core/dialog.js", core_dialog_js, sizeof core_dialog_js},
    {"core/dom.js", core_dom_js, sizeof core_dom_js},
    {"core/icons.js", core_icons_js, sizeof core_icons_js},
    {"core/language.js", core_language_js, sizeof core_language_js},
    {"core/name.js", core_name_js, sizeof core_name_js},
    {"core/place.js", core_place_js, sizeof core_place_js},
    {"core/qr.js", core_qr_js, sizeof core_qr_js},
    {"core/signal.js", core_signal_js, sizeof core_signal_js},
    {"core/storage.js", core_storage_js, sizeof core_storage_js},
    {"core/typography.js", core_typography_js, sizeof core_typography_js},
    {"debug.js", debug_js, sizeof debug_js},
    {"home/frame.js", home_frame_js, sizeof home_frame_js},
    {"home/home.js", home_home_js, sizeof home_home_js},
    {"home/rooms.js", home_rooms_js, sizeof home_rooms_js},
    {"home/share.js", home_share_js, sizeof home_share_js},
    {"home/surroundings.js", home_surroundings_js, sizeof home_surroundings_js},
    {"images/tern.svg", images_tern_svg, sizeof images_tern_svg},
    {"images/terns.svg", images_terns_svg, sizeof images_terns_svg},
    {"index.html", index_html, sizeof index_html},
    {"line/backoff.js", line_backoff_js, sizeof line_backoff_js},
    {"line/line.js", line_line_js, sizeof line_line_js},
    {"main.js", main_js, sizeof main_js},
    {"media/constraints.js", media_constraints_js, sizeof media_constraints_js},
    {"media/media.js", media_media_js, sizeof media_media_js},
    {"media/meter.js", media_meter_js, sizeof media_meter_js},
    {"media/problems.js", media_problems_js, sizeof media_problems_js},
    {"media/retry.js", media_retry_js, sizeof media_retry_js},
    {"media/tones.js", media_tones_js, sizeof media_tones_js},
    {"media/wake.js", media_wake_js, sizeof media_wake_js},
    {"peer/bitrate.js", peer_bitrate_js, sizeof peer_bitrate_js},
    {"peer/description.js", peer_description_js, sizeof peer_description_js},
    {"peer/gauges.js", peer_gauges_js, sizeof peer_gauges_js},
    {"peer/ladder.js", peer_ladder_js, sizeof peer_ladder_js},
    {"peer/mesh.js", peer_mesh_js, sizeof peer_mesh_js},
    {"peer/pair.js", peer_pair_js, sizeof peer_pair_js},
    {"peer/person.js", peer_person_js, sizeof peer_person_js},
    {"peer/quality.js", peer_quality_js, sizeof peer_quality_js},
    {"peer/sampler.js", peer_sampler_js, sizeof peer_sampler_js},
    {"peer/tuning.js", peer_tuning_js, sizeof peer_tuning_js},
    {"people/door.js", people_door_js, sizeof people_door_js},
    {"people/links.js", people_links_js, sizeof people_links_js},
    {"people/me.js", people_me_js, sizeof people_me_js},
    {"people/qr-picture.js", people_qr_picture_js, sizeof people_qr_picture_js},
    {"room/banners.js", room_banners_js, sizeof room_banners_js},
    {"room/bar.js", room_bar_js, sizeof room_bar_js},
    {"room/call-screen.js", room_call_screen_js, sizeof room_call_screen_js},
    {"room/corner.js", room_corner_js, sizeof room_corner_js},
    {"room/farewell.js", room_farewell_js, sizeof room_farewell_js},
    {"room/loudspeakers.js", room_loudspeakers_js, sizeof room_loudspeakers_js},
    {"room/news.js", room_news_js, sizeof room_news_js},
    {"room/pickers.js", room_pickers_js, sizeof room_pickers_js},
    {"room/pin-screen.js", room_pin_screen_js, sizeof room_pin_screen_js},
    {"room/preview.js", room_preview_js, sizeof room_preview_js},
    {"room/room.js", room_room_js, sizeof room_room_js},
    {"room/share-screen.js", room_share_screen_js, sizeof room_share_screen_js},
    {"room/shortcuts.js", room_shortcuts_js, sizeof room_shortcuts_js},
    {"room/stage.js", room_stage_js, sizeof room_stage_js},
    {"room/status.js", room_status_js, sizeof room_status_js},
    {"room/tiles.js", room_tiles_js, sizeof room_tiles_js},
    {"room/troubles.js", room_troubles_js, sizeof room_troubles_js},
    {"room/view.js", room_view_js, sizeof room_view_js},
    {"style/bar.css", style_bar_css, sizeof style_bar_css},
    {"style/base.css", style_base_css, sizeof style_base_css},
    {"style/call.css", style_call_css, sizeof style_call_css},
    {"style/calls.css", style_calls_css, sizeof style_calls_css},
    {"style/chat.css", style_chat_css, sizeof style_chat_css},
    {"style/conversation.css", style_conversation_css, sizeof style_conversation_css},
    {"style/door.css", style_door_css, sizeof style_door_css},
    {"style/home.css", style_home_css, sizeof style_home_css},
    {"style/pieces.css", style_pieces_css, sizeof style_pieces_css},
    {"style/talk-button.css", style_talk_button_css, sizeof style_talk_button_css},
    {"style/talkie.css", style_talkie_css, sizeof style_talkie_css},
    {"style/tiles.css", style_tiles_css, sizeof style_tiles_css},
    {"style/voice.css", style_voice_css, sizeof style_voice_css},
    {"talkie.html", talkie_html, sizeof talkie_html},
    {"talkie/air.js", talkie_air_js, sizeof talkie_air_js},
    {"talkie/deck.js", talkie_deck_js, sizeof talkie_deck_js},
    {"talkie/floor.js", talkie_floor_js, sizeof talkie_floor_js},
    {"talkie/formats.js", talkie_formats_js, sizeof talkie_formats_js},
    {"talkie/frames.js", talkie_frames_js, sizeof talkie_frames_js},
    {"talkie/grip.js", talkie_grip_js, sizeof talkie_grip_js},
    {"talkie/hold.js", talkie_hold_js, sizeof talkie_hold_js},
    {"talkie/lobby.js", talkie_lobby_js, sizeof talkie_lobby_js},
    {"talkie/main.js", talkie_main_js, sizeof talkie_main_js},
    {"talkie/pace.js", talkie_pace_js, sizeof talkie_pace_js},
    {"talkie/player.js", talkie_player_js, sizeof talkie_player_js},
    {"talkie/recorder.js", talkie_recorder_js, sizeof talkie_recorder_js},
    {"talkie/splitter.js", talkie_splitter_js, sizeof talkie_splitter_js},
    {"talkie/talkie.js", talkie_talkie_js, sizeof talkie_talkie_js},
    {"talkie/tunes.js", talkie_tunes_js, sizeof talkie_tunes_js},
    {"talkie/weaver.js", talkie_weaver_js, sizeof talkie_weaver_js},
    {"talkie/webm.js", talkie_webm_js, sizeof talkie_webm_js},
    {"words/en-calls.js", words_en_calls_js, sizeof words_en_calls_js},
    {"words/en-chat.js", words_en_chat_js, sizeof words_en_chat_js},
    {"words/en-talkie.js", words_en_talkie_js, sizeof words_en_talkie_js},
    {"words/en.js", words_en_js, sizeof words_en_js},
    {"words/ru-calls.js", words_ru_calls_js, sizeof words_ru_calls_js},
    {"words/ru-chat.js", words_ru_chat_js, sizeof words_ru_chat_js},
    {"words/ru-talkie.js", words_ru_talkie_js, sizeof words_ru_talkie_js},
    {"words/ru.js", words_ru_js, sizeof words_ru_js},
};

const struct sterna_asset *sterna_assets(size_t *count) {
    *count = sizeof assets / sizeof assets[0];
    return assets;
}
