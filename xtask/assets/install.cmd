@echo off
rem Installs this folder for you: install.cmd. Takes it away again: install.cmd /remove.
setlocal
set "here=%~dp0"
set "vst3=%LOCALAPPDATA%\Programs\Common\VST3"
set "clap=%LOCALAPPDATA%\Programs\Common\CLAP"
set "presets=%USERPROFILE%\Documents\VST3 Presets\Lacquer\Lacquer"
set "bin=%LOCALAPPDATA%\Programs\Lacquer"
if /i "%~1"=="/remove" goto remove

xcopy /E /I /Y /Q "%here%VST3" "%vst3%" >nul || goto failed
xcopy /E /I /Y /Q "%here%CLAP" "%clap%" >nul || goto failed
if not exist "%presets%" md "%presets%"
copy /Y "%here%Presets\*.vstpreset" "%presets%" >nul || goto failed
xcopy /E /I /Y /Q "%here%bin" "%bin%" >nul || goto failed
xcopy /E /I /Y /Q "%here%doc" "%bin%\doc" >nul || goto failed
echo Installed: %vst3%\Lacquer.vst3
echo            %clap%\Lacquer.clap
echo            %bin%\lacquer.exe and lacquer-standalone.exe
echo Add %bin% to your Path to call lacquer by its name.
exit /b 0

:failed
echo Not installed: a file could not be written. Close the programs that use Lacquer and start this again.
exit /b 1

:remove
if exist "%vst3%\Lacquer.vst3" rd /s /q "%vst3%\Lacquer.vst3"
if exist "%clap%\Lacquer.clap" del /q "%clap%\Lacquer.clap"
rem Only what is Lacquer's: hosts keep presets of your own in that folder too.
pushd "%here%Presets"
for %%f in (*.vstpreset) do if exist "%presets%\%%f" del /q "%presets%\%%f"
popd
rd "%presets%" 2>nul
rem The maker's folder around it, too: rd leaves alone what is not empty.
for %%p in ("%presets%\..") do rd "%%~fp" 2>nul
if exist "%bin%" rd /s /q "%bin%"
if exist "%vst3%\Lacquer.vst3" goto kept
if exist "%clap%\Lacquer.clap" goto kept
if exist "%bin%" goto kept
echo Removed. Presets and settings of your own are kept.
exit /b 0

:kept
echo Not removed: Lacquer is in use. Close the programs that use it and start this again.
exit /b 1
