//! The stages as units, and the track that the host names.

use super::component::{Component, Inner};
use super::forward;
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::ChannelContext::IInfoListenerTrait;
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::{
    BusDirection, CString, IAttributeList, IUnitInfoTrait, MediaType, ProgramListID, ProgramListInfo,
    String128, UnitID, UnitInfo,
};
use nice_plug::wrapper::vst3::vst3::Steinberg::{IBStream, int16, int32, kInternalError, tresult};

forward! { IUnitInfoTrait for Component by Inner {
    fn getUnitCount() -> int32, 0;
    fn getUnitInfo(index: int32, info: *mut UnitInfo) -> tresult, kInternalError;
    fn getProgramListCount() -> int32, 0;
    fn getProgramListInfo(index: int32, info: *mut ProgramListInfo) -> tresult, kInternalError;
    fn getProgramName(id: ProgramListID, index: int32, name: *mut String128) -> tresult, kInternalError;
    fn getProgramInfo(id: ProgramListID, index: int32, attribute: CString, value: *mut String128) -> tresult, kInternalError;
    fn hasProgramPitchNames(id: ProgramListID, index: int32) -> tresult, kInternalError;
    fn getProgramPitchName(id: ProgramListID, index: int32, pitch: int16, name: *mut String128) -> tresult, kInternalError;
    fn getSelectedUnit() -> UnitID, 0;
    fn selectUnit(id: UnitID) -> tresult, kInternalError;
    fn getUnitByBus(kind: MediaType, direction: BusDirection, bus: int32, channel: int32, id: *mut UnitID) -> tresult, kInternalError;
    fn setUnitProgramData(id: int32, index: int32, data: *mut IBStream) -> tresult, kInternalError;
} }

forward! { IInfoListenerTrait for Component by Inner {
    fn setChannelContextInfos(list: *mut IAttributeList) -> tresult, kInternalError;
} }
